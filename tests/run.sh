#!/bin/sh
# Runs test programs side by side, as many as there are processors; each works in a folder of its own. What a program
# says comes out in one piece when it ends. The first to fail stops the others from being begun, and is printed last.
#   run.sh PROGRAM...
set -u
rm -f "$1.lock"
for t in "$@"; do rm -f "$t.failed"; done
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" sh -c '
    if "$1" >"$1.log" 2>&1; then flock "$0" cat "$1.log"; else touch "$1.failed"; exit 255; fi' "$1.lock"
status=$?
for t in "$@"; do
    if [ -e "$t.failed" ]; then echo "$t"; cat "$t.log"; fi
done
exit $status
