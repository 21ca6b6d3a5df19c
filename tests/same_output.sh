#!/bin/sh
# Shows that two builds of the program write the same bytes: bundles, logs, reports, screens and exit statuses of fixtures/,
# at a fixed second. For changes that must not change behaviour.
#   same_output.sh OLD_PROGRAM NEW_PROGRAM
# Japanese output is compared whole. English output may be reworded, so of an English run only bundles, logs, decisions
# and exit statuses count.
set -eu
[ $# = 2 ] || { echo "usage: same_output.sh OLD_PROGRAM NEW_PROGRAM" >&2; exit 2; }
old=$(realpath "$1") new=$(realpath "$2")
fixtures=$(realpath "$(dirname "$0")/../fixtures")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' '#include <time.h>' 'time_t time(time_t *at) { if (at) *at = 1775003400; return 1775003400; }' >"$work/clock.c"
${CC:-cc} -shared -fPIC -o "$work/clock.so" "$work/clock.c"

# run NAME ARGUMENT...: one call of the program, with what it printed and its status in files.
run() {
    name=$1
    shift
    status=0
    LC_ALL=$locale LD_PRELOAD=$work/clock.so "$program" "$@" >"screens/$name.out" 2>"screens/$name.err" || status=$?
    echo $status >"status/$name"
}

fixtures_runs() {
    set -- -c fixtures/kenporter.ini
    run check check "$@" --threads 2 -o check fixtures/export.csv
    run check_values check "$@" --show-values -v -o check_values fixtures/export.csv
    run strict export "$@" --strict --threads 3 -o strict fixtures/export.csv
    run export export "$@" -v --threads 1 -o out --anchors anchors.txt fixtures/export.csv
    run again export "$@" --threads 2 -o out fixtures/export.csv
    run once_more export "$@" -o out --again "求めによる再送" fixtures/export.csv
    run prepare prepare "$@" -o prepared fixtures/export.csv
    run release release "$@" -o prepared "$(ls prepared/prepared 2>/dev/null | head -n 1)"
    run verify verify --log out/disclosure-log.csv out/*.zip
    run verify_damaged verify fixtures/export.csv
    for zip in out/*_1.zip; do
        n=$(basename "$zip" .zip)
        run "show_$n" show "$zip"
        run "show_1_$n" show --show-values "$zip" 1
        run "show_html_$n" show --html "$zip" 1
    done
    run audit audit out/disclosure-log.csv
    run audit_csv audit --format csv out/disclosure-log.csv
    run audit_jsonl audit --format jsonl out/disclosure-log.csv
    run audit_one audit --insurer 06139463 --format csv out/disclosure-log.csv
    run audit_records audit --provision-records -c fixtures/kenporter.ini out/disclosure-log.csv
    run audit_damaged audit fixtures/consents.csv
}

vendor_runs() {
    for vendor in english pattern_a pattern_b pattern_c cc2x_local; do
        run "map_$vendor" map "fixtures/vendors/$vendor.csv"
        run "vendor_$vendor" export -v -c fixtures/vendors/kenporter.ini -o "vendor_$vendor" "fixtures/vendors/$vendor.csv"
        cp "screens/map_$vendor.out" "map_$vendor.csv"
        run "mapped_$vendor" export -c fixtures/vendors/kenporter.ini --mapping "map_$vendor.csv" \
            -o "mapped_$vendor" "fixtures/vendors/$vendor.csv"
    done
    run cc2x export -v -c fixtures/vendors/kenporter.ini --mapping fixtures/vendors/C2XDTBL_sample.csv \
        --methods fixtures/vendors/METHODCVT_sample.csv -o cc2x fixtures/vendors/cc2x_local.csv
}

small_runs() {
    for command in check export prepare release verify show audit map explain items; do
        run "help_$command" $command --help
        run "bare_$command" $command
        run "wrong_$command" $command --no-such-option
        run "lost_$command" $command no/such/file.csv
    done
    run help --help
    run nothing
    run unknown exprot
    run items items
    run items_word items 身長
    run explain_code explain K5007
    run explain_case explain --birth 1986-04-01 --exam 2026-04-01 --insurer 06139463
    run explain_old explain --birth 1950-01-01 --exam 2026-04-01 --insurer 39289004 --age-rule statute
    run explain_bad explain --birth 1986-14-01 --exam 2026-04-01 --insurer 06139463
    printf 'request_id\n1\n' >bad_requests.csv
    run bad_register check -c fixtures/kenporter.ini --requests bad_requests.csv -o bad fixtures/export.csv
    printf '[sender]\nnumber = 1\n' >bad.ini
    run bad_ini check -c bad.ini -o bad fixtures/export.csv
    head -c 3000 fixtures/export.csv >cut.csv
    run cut_input check -c fixtures/kenporter.ini -o cut cut.csv
    printf 'a,b,c\n1,2,3\n' >strange.csv
    run strange_input check -c fixtures/kenporter.ini -o strange strange.csv
    run strange_map map strange.csv
}

all_runs() {
    program=$1 locale=$2 place=$work/$3
    mkdir -p "$place/screens" "$place/status"
    cd "$place"
    cp -r "$fixtures" fixtures
    fixtures_runs
    vendor_runs
    small_runs
    find . -name .lock -delete # holds the process number
    cd /
}

all_runs "$old" ja_JP.UTF-8 old_ja
all_runs "$new" ja_JP.UTF-8 new_ja
all_runs "$old" C.UTF-8 old_en
all_runs "$new" C.UTF-8 new_en
cd "$work"
diff -r old_ja new_ja
for at in $(cd old_en && find . -name '*.zip' -o -name 'disclosure-log.csv' -o -name 'anchors.txt' -o -path './status/*'); do
    cmp "old_en/$at" "new_en/$at"
done
n=$(find new_en -name '*.zip' | wc -l)
[ "$n" -gt 20 ] || { echo "same_output: only $n bundles were made" >&2; exit 1; }
echo "same_output: $n bundles and $(find new_ja -type f | wc -l) files are the same"
