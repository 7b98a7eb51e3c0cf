#!/usr/bin/env bash
# Builds a node image for kind where no image registry can be reached: Debian's packages, kind's own scripts for nodes,
# and Kubernetes, etcd, CoreDNS and the local-path provisioner from their Go modules. Prints the folder with kind and
# kubectl, and the image's name. What is built is kept; the image is built again when this script changes.
#   build/kind-node.sh
#   CLUSTERMESH_CACHE  where built programs are kept (~/.cache/clustermesh)
#   DEBIAN_SUITE       the node's Debian or Ubuntu release (this machine's)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf 'kind-node: %s\n' "$*" >&2; }

kind_module=sigs.k8s.io/kind
kind_version=v0.33.0
provisioner_version=v0.0.30

pins=$root/build/kubernetes/kube-apiserver
version=$(sed -n 's,^[[:space:]]*k8s\.io/kubernetes \(v[0-9.]*\).*,\1,p' "$pins/go.mod")
[ -n "$version" ] || { say "$pins/go.mod names no version of k8s.io/kubernetes"; exit 3; }
suite=${DEBIAN_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
[ -n "$suite" ] || { say "this machine does not name its release; set DEBIAN_SUITE, for example to trixie"; exit 3; }
cache=${CLUSTERMESH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clustermesh}/kind-$version
bin=$cache/bin
image=clustermesh-kind-node:$version-$suite-$(cat "${BASH_SOURCE[0]}" "$pins/go.mod" | sha256sum | cut -c1-12)

missing=()
for program in docker go mmdebstrap; do
    command -v "$program" >/dev/null || missing+=("$program")
done
[ ${#missing[@]} = 0 ] || { say "can't build a node image without: ${missing[*]} (packages docker.io, golang-go, mmdebstrap)"; exit 3; }
docker info >/dev/null 2>&1 || { say "no Docker daemon that this user may use (\"docker info\" fails)"; exit 3; }

mkdir -p "$bin"
exec 9>"$cache/lock"
flock 9
if [ -x "$bin/kind" ] && [ -x "$bin/kubectl" ] && docker image inspect "$image" >/dev/null 2>&1; then
    printf '%s %s\n' "$bin" "$image"
    exit 0
fi

work=$(mktemp -d)
container=
finish() {
    [ -z "$container" ] || docker rm -f "$container" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
export CGO_ENABLED=0

# --- programs -------------------------------------------------------------------------------------------------------
# Kubernetes pins its parts by replacing them, so it is built from a module of its own that names the same versions.
mkdir "$work/programs"
sed 's,^module .*,module clustermesh/kind-node,' "$pins/go.mod" >"$work/programs/go.mod"
cp "$pins/go.sum" "$work/programs/"
kubernetes=(kubelet kubeadm kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy)
{
    printf '//go:build tools\n\npackage tools\n\nimport (\n'
    printf '\t_ "k8s.io/kubernetes/cmd/%s"\n' "${kubernetes[@]}"
    printf ')\n'
} >"$work/programs/tools.go"
IFS=. read -r major minor _ <<<"${version#v}"
stamps="-s -w"
for place in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamps="$stamps -X $place.gitVersion=$version -X $place.gitMajor=$major -X $place.gitMinor=$minor"
done
for program in "${kubernetes[@]}"; do
    [ ! -x "$bin/$program" ] || continue
    say "building $program $version (minutes; kept in $bin)"
    [ -e "$work/programs/tidy" ] || { (cd "$work/programs" && go mod tidy >&2) && touch "$work/programs/tidy"; }
    (cd "$work/programs" && go build -trimpath -o "$bin/$program.new" -ldflags "$stamps" "k8s.io/kubernetes/cmd/$program" >&2)
    mv "$bin/$program.new" "$bin/$program"
done
[ -e "$work/programs/tidy" ] || (cd "$work/programs" && go mod download k8s.io/kubernetes >&2)
constants=$(cd "$work/programs" && go list -m -f '{{.Dir}}' k8s.io/kubernetes)/cmd/kubeadm/app/constants/constants.go
constant() { sed -n "s/^[[:space:]]*$1 = \"\(.*\)\"/\1/p" "$constants"; }
etcd_tag=$(constant DefaultEtcdVersion)
coredns_tag=$(constant CoreDNSVersion)
program() { # PROGRAM MODULE VERSION
    [ ! -x "$bin/$1-$3" ] || return 0
    say "building $1 $3"
    GOBIN=$work go install -trimpath -ldflags "-s -w" "$2@$3" >&2
    mv "$work/$1" "$bin/$1-$3"
}
program kind $kind_module $kind_version
ln -sf "kind-$kind_version" "$bin/kind"
program coredns github.com/coredns/coredns "$coredns_tag"
program local-path-provisioner github.com/rancher/local-path-provisioner $provisioner_version
etcd_version=v${etcd_tag%-*}
if [ ! -x "$bin/etcd-$etcd_version" ]; then # replaces its parts, too, so it can't be installed by name either
    say "building etcd $etcd_version"
    mkdir "$work/etcd"
    printf 'module clustermesh/etcd\n\ngo 1.24\n' >"$work/etcd/go.mod"
    printf '//go:build tools\n\npackage tools\n\nimport _ "go.etcd.io/etcd/server/v3"\n' >"$work/etcd/tools.go"
    (cd "$work/etcd" && go get "go.etcd.io/etcd/server/v3@$etcd_version" >&2 && go mod tidy >&2 &&
        go build -trimpath -o "$bin/etcd-$etcd_version" -ldflags "-s -w" go.etcd.io/etcd/server/v3 >&2)
fi
if [ ! -x "$bin/pause" ]; then
    mkdir "$work/pause"
    printf 'module pause\n\ngo 1.24\n' >"$work/pause/go.mod"
    cat >"$work/pause/main.go" <<'GO'
// Holds a pod's namespaces until it is told to go.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGINT, syscall.SIGTERM)
	<-told
}
GO
    (cd "$work/pause" && go build -trimpath -ldflags "-s -w" -o "$bin/pause" . >&2)
fi

# --- the node's own files -------------------------------------------------------------------------------------------
(cd "$work" && go mod download "$kind_module@$kind_version" >&2)
source=$(go env GOMODCACHE)/$kind_module@$kind_version
base=clustermesh-kind-base:$suite
if ! docker image inspect "$base" >/dev/null 2>&1; then
    say "packages of $suite"
    packages=systemd,dbus,conntrack,iptables,nftables,iproute2,ethtool,util-linux,mount,kmod,libseccomp2,pigz,e2fsprogs
    packages=$packages,bash,ca-certificates,curl,jq,procps,runc,containerd,containernetworking-plugins,busybox-static
    mmdebstrap --quiet --variant=minbase --include="$packages" "$suite" - | docker import - "$base" >/dev/null
fi

node=$work/node
mkdir -p "$node"/{usr/bin,usr/local/bin,usr/sbin,kind/manifests,kind/bin,etc/kubernetes/manifests,etc/systemd/system,opt/cni}
cp -r "$source"/images/base/files/{etc,kind,usr} "$node/"
chmod -R u+w "$node"
chmod 0755 "$node"/usr/local/bin/* "$node"/kind/bin/*
cp "$bin"/{kubelet,kubeadm,kubectl} "$node/usr/bin/"
printf '%s' "$version" >"$node/kind/version"

# kind's manifest of its storage, out of the constant that holds it
constant_of() { sed -n "s/^const $1 = \"\(.*\)\"/\1/p" "$source/pkg/build/nodeimage/const_storage.go"; }
provisioner=$(constant_of storageProvisionerImage)
helper=$(constant_of storageHelperImage)
sed -n '/^const defaultStorageManifest = `/,/^`/p' "$source/pkg/build/nodeimage/const_storage.go" |
    sed -e 1d -e '/^`$/d' -e "s,\` + storageProvisionerImage + \`,$provisioner,; s,\` + storageHelperImage + \`,$helper," \
        >"$node/kind/manifests/default-storage.yaml"
# The network of pods is each node's own affair (below); for it a node has to see the others.
cat >"$node/kind/manifests/default-cni.yaml" <<'YAML'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: pod-network}
rules: [{apiGroups: [""], resources: [nodes], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: pod-network}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: pod-network}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:nodes"}]
YAML
cat >"$node/kind/bin/pod-network.sh" <<'NET'
#!/bin/bash
# Gives this node's pods addresses out of its own blocks, and keeps routes to the pods of the other nodes.
set -u
api() { kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 5s "$@"; }
while :; do
    if nodes=$(api get nodes -o json 2>/dev/null); then
        ranges=$(jq -c --arg me "$(hostname)" '[.items[] | select(.metadata.name == $me) | .spec.podCIDRs[]? | [{subnet: .}]]' <<<"$nodes")
        if [ "$ranges" != "[]" ] && [ ! -e /etc/cni/net.d/10-pods.conflist ]; then
            mkdir -p /etc/cni/net.d
            jq -n --argjson ranges "$ranges" '{cniVersion: "0.3.1", name: "pods", plugins: [
                {type: "ptp", ipMasq: false, mtu: 1500, ipam: {type: "host-local", dataDir: "/run/cni-ipam-state",
                    ranges: $ranges, routes: [$ranges[][0].subnet | if contains(":") then {dst: "::/0"} else {dst: "0.0.0.0/0"} end]}},
                {type: "portmap", capabilities: {portMappings: true}}]}' >/etc/cni/net.d/.new
            mv /etc/cni/net.d/.new /etc/cni/net.d/10-pods.conflist
        fi
        jq -r --arg me "$(hostname)" '.items[] | select(.metadata.name != $me)
            | [.status.addresses[] | select(.type == "InternalIP").address] as $vias | .spec.podCIDRs[]? as $cidr
            | $vias[] | select(contains(":") == ($cidr | contains(":"))) | "\($cidr) \(.)"' <<<"$nodes" |
            while read -r cidr via; do ip route replace "$cidr" via "$via"; done
    fi
    if [ -e /etc/cni/net.d/10-pods.conflist ]; then sleep 15; else sleep 2; fi
done
NET
chmod 0755 "$node/kind/bin/pod-network.sh"
cat >"$node/etc/systemd/system/pod-network.service" <<'UNIT'
[Unit]
Description=Addresses and routes of pods
After=kubelet.service

[Service]
ExecStart=/kind/bin/pod-network.sh
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT

# --- images of what runs in the nodes -------------------------------------------------------------------------------
images=()
from_scratch() { # IMAGE ENTRYPOINT FILE=PATH...
    local name=$1 entrypoint=$2 file files=$work/files
    shift 2
    rm -rf "$files"
    for file in "$@"; do
        mkdir -p "$files$(dirname "${file#*=}")"
        cp "${file%%=*}" "$files${file#*=}"
    done
    tar -C "$files" -c . | docker import --change "ENTRYPOINT [\"$entrypoint\"]" --change "ENV PATH=/usr/local/bin:/bin" - "$name" >/dev/null
    images+=("$name")
}
say "images"
registry=registry.k8s.io
for program in kube-apiserver kube-controller-manager kube-scheduler; do
    from_scratch "$registry/$program:$version" "$program" "$bin/$program=/usr/local/bin/$program"
done
from_scratch "$registry/etcd:$etcd_tag" etcd "$bin/etcd-$etcd_version=/usr/local/bin/etcd"
from_scratch "$registry/coredns/coredns:$coredns_tag" /coredns "$bin/coredns-$coredns_tag=/coredns"
from_scratch "$(sed -n 's/.*sandbox_image = "\(.*\)"/\1/p' "$node/etc/containerd/config.toml")" /pause "$bin/pause=/pause"
from_scratch "$provisioner" local-path-provisioner \
    "$bin/local-path-provisioner-$provisioner_version=/usr/local/bin/local-path-provisioner"
docker run --rm --entrypoint cat "$base" /bin/busybox >"$work/busybox"
chmod 0755 "$work/busybox"
from_scratch "$helper" /bin/sh "$work"/busybox=/bin/{sh,mkdir,rm}
# kube-proxy calls the packet filter's programs
container=$(docker create "$base" true)
docker cp "$bin/kube-proxy" "$container:/usr/local/bin/kube-proxy" >&2
docker commit --change 'ENTRYPOINT ["kube-proxy"]' "$container" "$registry/kube-proxy:$version" >/dev/null
docker rm "$container" >/dev/null
container=
images+=("$registry/kube-proxy:$version")
docker save -o "$work/images.tar" "${images[@]}"

# --- the node -------------------------------------------------------------------------------------------------------
say "node image $image"
container=$(docker run -d --security-opt seccomp=unconfined --entrypoint sleep "$base" infinity)
tar -C "$node" --owner=0 --group=0 -c . | docker exec -i "$container" tar -C / -x --no-same-owner --keep-directory-symlink
docker exec -i "$container" sh -c 'cat >/kind/images.tar' <"$work/images.tar"
docker exec -i "$container" bash -euo pipefail -s >&2 <<'SETUP'
for program in containerd containerd-shim-runc-v2 ctr; do ln -sf /usr/bin/$program /usr/local/bin/$program; done
mkdir -p /opt/cni && rm -rf /opt/cni/bin && ln -s /usr/lib/cni /opt/cni/bin
ln -sf /usr/lib/systemd/systemd /sbin/init
# only what a node needs is started
find /lib/systemd/system/sysinit.target.wants/ -name systemd-tmpfiles-setup.service -delete
rm -f /lib/systemd/system/multi-user.target.wants/* /etc/systemd/system/*.wants/* \
    /lib/systemd/system/local-fs.target.wants/* /lib/systemd/system/basic.target.wants/* \
    /lib/systemd/system/sockets.target.wants/*udev* /lib/systemd/system/sockets.target.wants/*initctl*
echo "ReadKMsg=no" >>/etc/systemd/journald.conf
systemctl enable kubelet.service containerd.service undo-mount-hacks.service pod-network.service
systemctl mask systemd-binfmt.service
ctr oci spec | jq '.hooks.createContainer = [{path: "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' \
    >/etc/containerd/cri-base.json
# A container on a machine that doesn't grant the right to lower it would not start.
sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' /etc/containerd/config.toml
containerd >/tmp/containerd.log 2>&1 &
for _ in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
ctr --namespace k8s.io images import --no-unpack /kind/images.tar || { cat /tmp/containerd.log; exit 1; }
kill %1
wait || true
rm -rf /kind/images.tar /tmp/containerd.log /run/containerd
SETUP
docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' \
    --change 'ENV container=docker' "$container" "$image" >/dev/null
printf '%s %s\n' "$bin" "$image"
