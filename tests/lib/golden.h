/* The golden tests: a temporary folder as working directory, the program run through the shell as a user runs
 * it, and readers for what it writes. Commands may use $KENPORTER, $FIXTURES, $SCHEMAS and $GOLDEN
 * (tests/golden); all other paths are relative to the folder. */
#pragma once

#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "csv_file.h"
#include "files.h"
#include "folder.h"
#include "json.h"
#include "kept.h"

#define CONFIG "-c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 --backdate test "
#define INPUT "\"$FIXTURES/export.csv\" "
#define EXPORT "export " CONFIG
#define CHECK "check " CONFIG
#define VENDORS "\"$FIXTURES/vendors/"
#define VENDOR_INI "-c " VENDORS "kenporter.ini\" "
#define VENDOR_CONFIG VENDOR_INI "--as-of 2026-04-01 --backdate test "

/* Group setup and teardown. */
int set_up_golden(void **state);
int tear_down_golden(void **state);

/* Returns how often to try something: `usual` times in make test, `thorough` times in make test-long. */
int tries(int usual, int thorough);

/* Runs a command; returns its exit status, or 128 + the signal that ended it. */
int run_shell(const char *command);

/* Runs the program with these arguments, its output in the files stdout and stderr; returns its exit status.
 */
int kenporter(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs a command; if it fails, shows the end of its output and fails the test. */
void must(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns the folder of the latest run below an output folder. */
char *run_folder(const char *out);

/* Returns decisions.csv of the latest run. */
struct sheet decisions_of(const char *out);

/* Returns a number of report.json of the latest run. */
size_t counted(const char *out, const char *name);

/* Fails unless both output folders contain the same bundles, by name and by byte, and at least one. */
void assert_same_bundles(const char *a, const char *b);

void assert_log_verifies(const char *log);

/* Returns the rows of fixtures/export.csv, in UTF-8. */
struct sheet fixture_rows(void);

/* Returns the rows of fixtures/expected.csv. */
struct sheet expected_rows(void);
