#!/usr/bin/env bash
# Runs fuzz targets one after the other, each on its corpus and from there on, in so many seconds altogether.
#     smoke.sh FOLDER SECONDS TARGET...
set -eu
folder=$1 seconds=$2
shift 2
mkdir -p "$folder/../crashes"
for target in "$@"; do
    scratch=$(mktemp -d)
    log=$scratch/log
    mkdir "$scratch/found"
    if ! "$folder/$target" -max_total_time=$((seconds / $#)) -max_len=65536 -seed=1 -print_final_stats=1 \
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
