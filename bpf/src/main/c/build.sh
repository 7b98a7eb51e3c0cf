#!/bin/sh
# Compiles an eBPF object: build.sh OUTPUT [SOURCE]. CLANG names another compiler. Does nothing if OUTPUT is newer than its sources.
set -eu
out=$1
source=${2:-$(dirname "$0")/clustermesh.bpf.c}
here=$(cd "$(dirname "$source")" && pwd)

if [ -f "$out" ] && [ -z "$(find "$here" -newer "$out" -type f)" ]; then
    exit 0
fi
clang=${CLANG:-}
for candidate in clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
    [ -n "$clang" ] || clang=$(command -v "$candidate" || true)
done
if [ -z "$clang" ]; then
    echo "No clang found, which compiles the eBPF programs: install clang 14 or newer (Debian: apt-get install clang), or set CLANG." >&2
    exit 1
fi

# clang's bpf target does not look into the directory of the machine's own headers (asm/types.h)
set -- -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -target bpf -mcpu=v3
for dir in /usr/include/*-linux-gnu; do
    case $dir in
        */"$(uname -m)"-linux-gnu) [ -d "$dir/asm" ] && set -- "$@" -idirafter "$dir" ;;
    esac
done
if ! printf '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n' | "$clang" "$@" -fsyntax-only -x c - 2>/dev/null; then
    echo "No headers for eBPF found: install those of libbpf and of the kernel (Debian: apt-get install libbpf-dev linux-libc-dev)." >&2
    exit 1
fi
mkdir -p "$(dirname "$out")"
"$clang" "$@" -c "$source" -o "$out.tmp"
mv "$out.tmp" "$out"
