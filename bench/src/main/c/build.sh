#!/bin/sh
# Compiles the load generator: build.sh OUTPUT. CLANG names another compiler. Does nothing if OUTPUT is newer than its sources.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)

if [ -f "$out" ] && [ -z "$(find "$here" -newer "$out" -type f -print -quit)" ]; then
    exit 0
fi
clang=${CLANG:-}
for candidate in clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
    [ -n "$clang" ] || clang=$(command -v "$candidate" || true)
done
if [ -z "$clang" ]; then
    echo "No clang found, which compiles the load generator: install clang 14 or newer (Debian: apt-get install clang), or set CLANG." >&2
    exit 1
fi
if ! printf '#include <openssl/ssl.h>\n' | "$clang" -fsyntax-only -x c - 2>/dev/null; then
    echo "No headers of OpenSSL found, which the load generator speaks TLS with: install them (Debian: apt-get install libssl-dev)." >&2
    exit 1
fi
mkdir -p "$(dirname "$out")"
"$clang" -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter "$here"/*.c -o "$out.tmp" -lssl -lcrypto
mv "$out.tmp" "$out"
