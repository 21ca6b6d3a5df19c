/* What the words for inputs stand for: patterns, and standard input. */
#pragma once

#include "cli/cli.h"

/* Replaces patterns (in quotes, so that no shell expanded them) by what they match, and "-" by a nameless
 * copy of standard input, because a run reads its inputs twice. A file of that very name wins over a pattern.
 * Messages keep the word "-". Reports: KP_E_INPUT (no match), KP_E_USAGE ("-" twice), KP_E_SYSTEM. */
enum kp_status kp_console_expand_inputs(struct kp_console *console);

/* Replaces one word: *path is unchanged unless it is "-". Errors as above. */
enum kp_status kp_console_expand_stdin(struct kp_console *console, const char **path);
