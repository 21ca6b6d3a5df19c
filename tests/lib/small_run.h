/* A run that is set up on one small export in a folder of its own, for tests of single stages. */
#pragma once

#include "files.h"
#include "folder.h"
#include "messages.h"

#include "base/status.h"
#include "run/run.h"
#include "run/worker.h"

/* 2026-04-01 09:30 in Japan. */
enum { SMALL_RUN_NOW = 1775003400 };

#define INSURER "06139463"
#define SENDER "6631111116"

extern struct kp_context run_ctx;
extern struct kp_run_options run_options;
extern struct kp_run run;

/* A person of insurer 06139463 who was examined; height 170.2 */
#define ANN "E1," INSURER ",12,6414,ｽｷﾞｳﾗ ｶｵﾘ,女,1980-07-28,170.2\n"
#define BOB "E2," INSURER ",12,7427,ｲｽﾞﾐ ｼｭｳｲﾁ,男,1975-11-02,165.0\n"

/* Test setup: a folder with registers and ANN and BOB as export, an `export` into OUT in it. */
int set_up_small_run(void **state);
/* Test teardown. Closes the run's workers, slots and folders. */
int tear_down_small_run(void **state);

/* Sets up again, on these rows and for that command; fails the test if it cannot. */
void begin_run(enum kp_command command, const char *rows);
/* The same on a whole export. */
void begin_run_on(enum kp_command command, const char *export);
/* Ends the run, as if it had died: temporary files stay unless `clean`. */
void end_run(bool clean);

/* Returns a slot with row n of the export, from 0, not read yet; it lives until the run ends. */
struct kp_slot *slot_at(size_t n);
/* The same, read, or decided under the mark (NULL: a new row). */
struct kp_slot *read_row(size_t n);
struct kp_slot *decide_row(size_t n, const struct kp_mark *mark);
/* The same, as if it had been disclosed before, unchanged or with other contents. */
struct kp_slot *decide_told(size_t n, bool unchanged);

/* Tools of a thread. */
struct kp_tools *run_tools(void);

/* Path in the output folder, as kept memory. */
char *in_output(const char *name);

/* The codes of a slot's findings: "K3018 K5007". */
const char *codes_of(const struct kp_slot *slot);

/* Asserts that one diagnostic was given since set-up or the last call, of that code. */
void assert_reported_once(unsigned code);
