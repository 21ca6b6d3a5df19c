/* The profile schemas built into the program. */
#pragma once

#include "format/xmlcheck.h"

/* Loads the schema of this file name, for the caller to free; KP_E_FAULT if the parser complained. */
enum kp_status load_profile(const char *name, struct kp_xml_schema **ret_schema);
