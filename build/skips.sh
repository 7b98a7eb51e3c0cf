#!/usr/bin/env bash
# Lists the tests that were skipped in the last run, with their reasons. With CI=true a skip is a failure.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

reports=$(find . -path '*/target/surefire-reports/TEST-*.xml' -o -path '*/target/failsafe-reports/TEST-*.xml' | sort)
[ -n "$reports" ] || { echo "skips: no test reports found, so nothing was tested" >&2; exit 1; }

total=0
skipped=0
while read -r report; do
    tests=$(sed -n 's/.*<testsuite [^>]* tests="\([0-9]*\)".*/\1/p' "$report" | head -n 1)
    total=$((total + ${tests:-0}))
    while IFS= read -r line; do
        skipped=$((skipped + 1))
        printf 'skipped: %s: %s\n' "$(basename "$report" .xml | sed 's/^TEST-//')" "$line"
    done < <(sed -n 's/.*<skipped message="\([^"]*\)".*/\1/p; s/.*<skipped\/>.*/no reason given/p' "$report")
done <<<"$reports"

if [ "$skipped" -gt 0 ] && [ "${CI:-}" = true ]; then
    echo "In CI nothing may be skipped: install what the lines above name." >&2
    echo "$((total - skipped)) passed, $skipped failed"
    exit 1
fi
echo "$((total - skipped)) passed, 0 failed, $skipped skipped"
