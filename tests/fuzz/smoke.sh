#!/usr/bin/env bash
# Runs fuzz targets one after the other, each on its corpus and on so many inputs altogether. Seed and numbers are
# fixed, so that a fast machine does not find what a slow one passed. All of it takes about a minute.
#     smoke.sh FOLDER TARGET=INPUTS...
set -eu
folder=$1
shift
mkdir -p "$folder/../crashes"
for wanted in "$@"; do
    target=${wanted%=*}
    scratch=$(mktemp -d)
    log=$scratch/log
    mkdir "$scratch/found"
    if ! "$folder/$target" -runs="${wanted#*=}" -max_len=65536 -seed=1 -print_final_stats=1 \
        -artifact_prefix="$folder/../crashes/$target-" "$scratch/found" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "fuzz: $target: FAILED, its input is in $folder/../crashes" >&2
        rm -rf "$scratch"
        exit 1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
    printf '  FUZZ  %-12s %8s inputs, %6s edges\n' "$target" "$runs" "$edges"
    rm -rf "$scratch"
done
