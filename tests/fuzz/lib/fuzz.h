/* What all fuzz targets share: a context whose tables are loaded once per process, files on tmpfs, input in
 * several parts, and the assertion. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tables/context.h"

/* What libFuzzer calls. A target defines the first, and the second if bytes alone get nowhere. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed);
int LLVMFuzzerInitialize(int *argc, char ***argv);
/* libFuzzer's own mutation, in place. Returns the new length. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t room);

/* Ends the process, which libFuzzer reports as a crash. */
#define FUZZ_ASSERT(condition)                                                                               \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_fail(__FILE__, __LINE__, #condition);                                                       \
    } while (0)
void fuzz_fail(const char *file, int line, const char *condition) __attribute__((noreturn));

/* The environment: a fixed clock, and messages that are checked and counted. */
extern const struct kp_env fuzz_env;
/* Messages of level fail since fuzz_begin. */
extern unsigned fuzz_failures;

/* Makes a context for one input; its arena is its own, its tables are those of the process. */
void fuzz_begin(struct kp_context *ctx);
/* Releases it, after checking the contract of failures: a failure was reported, and nothing else as one. */
void fuzz_end(struct kp_context *ctx, enum kp_status st);
void fuzz_check_reported(enum kp_status st);

/* Returns a path in the folder of the process. */
const char *fuzz_path(const char *name);
/* Writes a file there and returns its path, which lives until eight others were made. */
const char *fuzz_file(const char *name, const void *bytes, size_t n);

/* A part of the input; a NUL follows its bytes. */
struct fuzz_part {
    char *bytes;
    size_t n;
};
enum { FUZZ_PARTS = 24 };
/* Splits the input at lines "%%". Parts that are missing are empty. */
struct fuzz_parts {
    char *memory;
    struct fuzz_part at[FUZZ_PARTS];
    size_t n;
};
void fuzz_split(struct fuzz_parts *parts, const uint8_t *data, size_t n);
void fuzz_parts_free(struct fuzz_parts *parts);

/* Mutates text by the spans between separators (",\n" for CSV): exchanges one for a word of the tables or for
 * another span of the input, repeats or drops a run of them, or lets libFuzzer mutate one. */
size_t fuzz_mutate_spans(uint8_t *data, size_t n, size_t room, unsigned seed, const char *separators);
