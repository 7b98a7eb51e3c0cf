#!/bin/sh
# Compiles a load generator: build.sh OUTPUT [etcdload|planeload]. CLANG names another compiler. Does nothing if OUTPUT is
# newer than the sources.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
case ${2:-etcdload} in
    etcdload) sources=$here libraries="-lssl -lcrypto" header=openssl/ssl.h package=libssl-dev ;;
    planeload) sources=$here/plane libraries=-lbpf header=bpf/bpf.h package=libbpf-dev ;;
    *) echo "there are etcdload and planeload, no $2" >&2; exit 2 ;;
esac

if [ -f "$out" ] && [ -z "$(find "$sources" -maxdepth 1 -newer "$out" -type f -print -quit)" ]; then
    exit 0
fi
clang=${CLANG:-}
for candidate in clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
    [ -n "$clang" ] || clang=$(command -v "$candidate" || true)
done
if [ -z "$clang" ]; then
    echo "No clang found, which compiles the load generators: install clang 14 or newer (Debian: apt-get install clang), or set CLANG." >&2
    exit 1
fi
if ! printf '#include <%s>\n' "$header" | "$clang" -fsyntax-only -x c - 2>/dev/null; then
    echo "No <$header> found, which ${2:-etcdload} needs: install it (Debian: apt-get install $package)." >&2
    exit 1
fi
mkdir -p "$(dirname "$out")"
# shellcheck disable=SC2086 # several libraries
"$clang" -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter "$sources"/*.c -o "$out.tmp" $libraries
mv "$out.tmp" "$out"
