/* Tables, catalogue and schemas of a process. The linker puts the functions of once.c in the place of those
 * that load and free them (--wrap), so that whole commands run in milliseconds. */
#pragma once

void fuzz_load_once(void);
