#!/bin/sh
# Runs cmocka programs side by side, as many as there are processors, and prints the output of each when it ends. The logs
# of those that failed come last, then the totals of all programs in the form of cmocka's closing lines.
#   run.sh PROGRAM...
# Exits with 1 if a test failed or a program died.
set -u
# A python3 of a version manager may be a script that takes half a second to find the interpreter, hundreds of times.
python=$(python3 -c 'import sys; print(sys.executable)') && PATH=${python%/*}:$PATH
# Thousands of short runs spend a fifth of their time on page faults: let malloc take huge pages, where it knows them.
export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"
lock=$1.lock
rm -f "$lock"
for t in "$@"; do rm -f "$t.log" && echo "not run" >"$t.failed"; done
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" sh -c '
    if "$1" >"$1.log" 2>&1; then rm -f "$1.failed"; flock "$0" cat "$1.log"; else echo $? >"$1.failed"; fi' "$lock"
for t in "$@"; do
    if [ -e "$t.failed" ]; then echo "$t, exit status $(cat "$t.failed"):"; cat "$t.log"; fi
done

# A program whose exit status is not its number of failed tests died, or failed outside its tests: that is one more failure.
for t in "$@"; do
    echo "program ${t##*/} $(cat "$t.failed" 2>/dev/null || echo 0)"
    cat "$t.log"
done | awk '
    function end_program() { if (status != 0 && !listed) names[++failed] = program " (exit status " status ")" }
    $1 == "program" && (NF == 3 || NF == 4) { end_program(); program = $2; status = $3 == "not" ? "not run" : $3; listed = 0; programs++ }
    /^\[==========\] [0-9]+ test\(s\) run\.$/ { run += $2 }
    /^\[  PASSED  \] [0-9]+ test\(s\)\.$/ { passed += $4 }
    /^\[  SKIPPED \] [0-9]+ test\(s\), listed below:$/ { skipped += $4 }
    /^\[  FAILED  \] [0-9]+ test\(s\), listed below:$/ { listing = $4; next }
    listing && /^\[  FAILED  \] / { names[++failed] = program ": " $4; listed++; listing-- }
    END {
        end_program()
        printf "\n%d programs, %d tests: %d passed, %d failed%s\n", programs, run, passed, failed,
               skipped ? ", " skipped " skipped" : ""
        printf "[==========] %d test(s) run.\n[  PASSED  ] %d test(s).\n", run, passed
        if (failed)
            printf "[  FAILED  ] %d test(s), listed below:\n", failed
        for (i = 1; i <= failed; i++)
            print "[  FAILED  ] " names[i]
        exit failed > 0
    }'
