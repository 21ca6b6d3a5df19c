#!/bin/sh
# Runs the commands on fixtures/ under valgrind's memcheck: no invalid access, no use of memory that was not set, no leak.
#   valgrind.sh PROGRAM
# Exits with 1 if valgrind finds something, or if a command does not end as it does without valgrind.
set -eu
[ $# = 1 ] || { echo "usage: valgrind.sh PROGRAM" >&2; exit 2; }
program=$(realpath "$1")
fixtures=$(realpath "$(dirname "$0")/../fixtures")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$fixtures" "$work/fixtures"
cd "$work"
runs=0 faults=0
LC_ALL=C.UTF-8
export LC_ALL

# run STATUS ARGUMENT...: the program ends with that status, and valgrind finds nothing.
run() {
    expected=$1 status=0
    shift
    valgrind --error-exitcode=99 -q --leak-check=full "$program" "$@" >"$work/out.txt" 2>"$work/err.txt" || status=$?
    runs=$((runs + 1))
    [ $status = "$expected" ] && return
    faults=$((faults + 1))
    echo "valgrind: kenporter $* exits with $status, not $expected:"
    grep -a -A 20 '^==' "$work/err.txt" || tail -n 5 "$work/err.txt"
}

house="-c fixtures/kenporter.ini"
day="--as-of 2026-04-01" dated="--as-of 2026-04-01 --backdate test"
run 1 check $house $day -o check fixtures/export.csv
run 1 check $house $day --show-values --json -o check fixtures/export.csv
run 1 prepare $house $day -o out fixtures/export.csv
run 1 release $house $dated -o out "$(ls out/prepared)"
run 1 export $house $dated -v --threads 2 --anchors anchors.txt -o export fixtures/export.csv
run 1 export $house $dated -o export fixtures/export.csv
run 1 roster $house $dated -o export 06139463 fixtures/export.csv
bundle=$(ls export/*_1.zip | head -n 1)
run 0 verify --log export/disclosure-log.csv $(ls export/*_1.zip)
run 5 verify fixtures/export.csv
run 0 show "$bundle"
run 0 show --show-values --html "$bundle" 1
run 0 show --json "$bundle"
run 0 audit export/disclosure-log.csv
run 0 audit --provision-records $house --format csv export/disclosure-log.csv
run 0 audit --within-request $house --format jsonl export/disclosure-log.csv
run 5 audit fixtures/consents.csv
run 0 status -o export
run 0 handover -o export --to "Marine Products" --means mail "$bundle"
insurer=$(basename "$bundle" | cut -d _ -f 2)
document=$(unzip -Z1 "$bundle" '*/DATA/*.xml' | head -n 1)
printf '%s\n' insurer_number,bundle,document,insured_symbol,insured_number,birth_date,state,code,text,date \
    "$insurer,$(basename "$bundle"),$(basename "$document"),,,,error,01,,$(date +%F)" >reply.csv
run 0 reply -o export reply.csv
run 0 purge --before 9999-12-31 -o export
run 2 retire export/disclosure-log.csv
run 0 config $house
run 0 map fixtures/vendors/pattern_b.csv
run 0 items
run 0 items 身長
run 0 explain K5007
run 0 explain --birth 1986-04-01 --exam 2026-04-01 --insurer 06139463
run 0 init new
run 0 import-cc2x -o imported fixtures/cc2x/two
run 1 export -c fixtures/vendors/kenporter.ini $dated -o cc2x --mapping fixtures/vendors/C2XDTBL_sample.csv \
    --methods fixtures/vendors/METHODCVT_sample.csv fixtures/vendors/cc2x_local.csv
run 1 export -c fixtures/vendors/kenporter.ini $dated -o english fixtures/vendors/english.csv
echo "valgrind: $runs commands, $faults with faults"
[ $faults = 0 ]
