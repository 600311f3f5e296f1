#!/usr/bin/env bash
# Run the suite again and again, every other time with all processors kept busy, and count what
# failed by test and by reason: one that fails now and then is a fault, of the test or of ours.
#   scripts/repeat_suite.sh [runs=10] [arguments of pytest]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-10}
folder=$(mktemp -d)
busy=()
idle() { ((${#busy[@]})) && kill "${busy[@]}"; busy=(); }
trap idle EXIT

for ((run = 1; run <= runs; run++)); do
    idle
    ((run % 2)) || for ((n = $(nproc); n > 0; n--)); do
        while :; do :; done &
        busy+=($!)
    done
    make test ARGS="${*:2}" </dev/null >"$folder/$run.log" 2>&1
    echo "run $run${busy:+ (busy)}: $(grep -E '^=+ .* in [0-9.]+s' "$folder/$run.log")"
done

grep -hE '^(FAILED|ERROR) ' "$folder"/*.log | sort | uniq -c | sort -rn
echo "the logs are in $folder"
! grep -qE '^(FAILED|ERROR) |Error [0-9]+$' "$folder"/*.log
