#!/usr/bin/env bash
# Runs benches of a built checkout: bench.sh [BENCH...] [OPTIONS]; "bench.sh --help" lists them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/build/env.sh"
shopt -s nullglob
jars=("$root"/bench/target/bench-*.jar "$root"/clustermesh-cli/target/clustermesh-cli-*.jar "$root"/clustermesh-cli/target/lib/*.jar)
[ -f "${jars[0]:-}" ] && [ -x "$root/bench/target/etcdload" ] && [ -x "$root/bench/target/planeload" ] || { echo "not built yet; run \"make build\" in $root" >&2; exit 1; }
exec "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -cp "$(IFS=:; echo "${jars[*]}")" io.clustermesh.bench.Main --checkout "$root" "$@"
