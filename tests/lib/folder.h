/* A temporary folder for a group of tests, and files in it. */
#pragma once

#include "kept.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Its path, after make_folder. */
extern char folder[];

/* Group setup; and teardown, which removes everything in the folder and frees kept memory. */
int make_folder(void **state);
int remove_folder(void **state);

/* Removes a file, or a folder with everything in it; returns 0, or -1 with errno set. */
int remove_tree(const char *path);

/* Removes what is at the path; then, unless `like` is NULL, makes it a copy of that folder, with modes and
 * times. Loops use it, since a shell and two programs take longer than what they prepare. */
void renew(const char *path, const char *like);

/* Returns the path of a file in the folder, as kept memory. */
char *in_folder(const char *name);

/* Writes a file in the folder and returns its path, as kept memory. */
char *put_file(const char *name, const char *bytes, size_t n);

void assert_file(const char *path, const char *bytes, size_t n);

/* Fails, showing the text, unless it contains the part. */
void assert_has(const char *text, const char *part);

/* Permission bits. */
unsigned mode_of(const char *path);

/* Returns n letters whose order repeats late, to fill a file with. The caller frees them. */
char *pattern(size_t n);
