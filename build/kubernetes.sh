#!/usr/bin/env bash
# Provides what tests of Kubernetes and Cilium need, and prints the folder that holds it: that of KUBEBUILDER_ASSETS or
# the PATH, else built once from its Go module, whose version build/kubernetes/<program>/go.mod pins.
#   build/kubernetes.sh [kube-apiserver|helm|kvstoremesh|clustermesh-apiserver]
#   CLUSTERMESH_CACHE  where built programs are kept (~/.cache/clustermesh)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf 'kubernetes: %s\n' "$*" >&2; }

program=${1:-kube-apiserver}
case $program in
    kube-apiserver) module=k8s.io/kubernetes package=. ;;
    helm) module=helm.sh/helm/v3 package=helm.sh/helm/v3/cmd/helm ;;
    kvstoremesh | clustermesh-apiserver) module=github.com/cilium/cilium package=. ;;
    *) say "unknown program \"$program\"; there are kube-apiserver, helm, kvstoremesh and clustermesh-apiserver"; exit 2 ;;
esac

if [ -x "${KUBEBUILDER_ASSETS:-}/$program" ]; then printf '%s\n' "$KUBEBUILDER_ASSETS"; exit 0; fi
if found=$(command -v "$program"); then dirname "$found"; exit 0; fi

source=$root/build/kubernetes/$program
version=$(sed -n "s,^\(require\)\{0\,1\}[[:space:]]*${module//./\\.} \(v[0-9.]*\).*,\2,p" "$source/go.mod")
[ -n "$version" ] || { say "$source/go.mod names no version of $module"; exit 3; }
kind=kubernetes
[ "$program" = kube-apiserver ] || kind=$program
cache=${CLUSTERMESH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clustermesh}/$kind-$version
if [ ! -x "$cache/$program" ]; then
    command -v go >/dev/null || {
        say "no $program, and no go to build one with: install Go 1.26 or newer, or point KUBEBUILDER_ASSETS at a folder with a $program"
        exit 3
    }
    say "building $program $version once (minutes; kept in $cache)"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if [ ! -x "$cache/$program" ]; then
        IFS=. read -r major minor _ <<<"${version#v}"
        case $program in
            kube-apiserver)
                stamp="-X k8s.io/component-base/version"
                stamps="$stamp.gitVersion=$version $stamp.gitMajor=$major $stamp.gitMinor=$minor"
                ;;
            helm)
                # the Kubernetes that a chart is rendered for while no cluster is asked
                minor=$(sed -n 's,.*k8s\.io/client-go v0\.\([0-9]*\)\..*,\1,p' "$source/go.mod")
                stamps="-X helm.sh/helm/v3/internal/version.version=$version"
                for place in chartutil lint/rules; do
                    stamps="$stamps -X helm.sh/helm/v3/pkg/$place.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$place.k8sVersionMinor=$minor"
                done
                ;;
            kvstoremesh | clustermesh-apiserver) stamps="-X github.com/cilium/cilium/pkg/version.ciliumVersion=$version" ;;
        esac
        (cd "$source" && CGO_ENABLED=0 go build -mod=readonly -trimpath -o "$cache/$program.new" -ldflags "-s -w $stamps" "$package" >&2)
        mv "$cache/$program.new" "$cache/$program"
    fi
fi
printf '%s\n' "$cache"
