#!/usr/bin/env bash
# Provides what tests against a real Kubernetes API need, and prints the folder that holds it: kube-apiserver of
# KUBEBUILDER_ASSETS or the PATH, else built once from its Go module, whose version build/kubernetes/go.mod pins.
#   CLUSTERMESH_CACHE  where built programs are kept (~/.cache/clustermesh)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf 'kubernetes: %s\n' "$*" >&2; }

if [ -x "${KUBEBUILDER_ASSETS:-}/kube-apiserver" ]; then printf '%s\n' "$KUBEBUILDER_ASSETS"; exit 0; fi
if found=$(command -v kube-apiserver); then dirname "$found"; exit 0; fi

version=$(sed -n 's/^\(require\)\{0,1\}[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\)$/\2/p' "$root/build/kubernetes/go.mod")
[ -n "$version" ] || { say "build/kubernetes/go.mod names no version of k8s.io/kubernetes"; exit 3; }
cache=${CLUSTERMESH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clustermesh}/kubernetes-$version
if [ ! -x "$cache/kube-apiserver" ]; then
    command -v go >/dev/null || {
        say "no kube-apiserver, and no go to build one with: install Go 1.26 or newer, or point KUBEBUILDER_ASSETS at a folder with a kube-apiserver"
        exit 3
    }
    say "building kube-apiserver $version once (minutes; kept in $cache)"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if [ ! -x "$cache/kube-apiserver" ]; then
        IFS=. read -r major minor _ <<<"${version#v}"
        stamp="-X k8s.io/component-base/version"
        (cd "$root/build/kubernetes" && CGO_ENABLED=0 go build -mod=readonly -trimpath -o "$cache/kube-apiserver.new" \
            -ldflags "-s -w $stamp.gitVersion=$version $stamp.gitMajor=$major $stamp.gitMinor=$minor" . >&2)
        mv "$cache/kube-apiserver.new" "$cache/kube-apiserver"
    fi
fi
printf '%s\n' "$cache"
