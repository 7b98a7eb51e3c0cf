#!/usr/bin/env bash
# The Kubernetes scenario on kind clusters; kind-configs/README.md says what it does and needs.
#   --three       west, east and eu
#   --keep        leaves the clusters up
#   --build-node  builds kind, kubectl and the nodes' image first: for a machine that reaches no image registry
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
say() { printf 'e2e-kind: %s\n' "$*" >&2; }

clusters=(west east)
keep=
build=
for argument in "$@"; do
    case $argument in
        --three) clusters=(west east eu) ;;
        --keep) keep=1 ;;
        --build-node) build=1 ;;
        *) say "unknown argument $argument; there are --three, --keep and --build-node"; exit 2 ;;
    esac
done

missing=()
needed=(docker kind kubectl)
if [ -n "$build" ]; then
    needed=(docker)
    build/setup.sh kind
fi
for program in "${needed[@]}"; do
    command -v "$program" >/dev/null || missing+=("$program, which is not on the PATH")
done
if command -v docker >/dev/null && ! docker info >/dev/null 2>&1; then
    missing+=("a Docker daemon that this user may use (\"docker info\" fails)")
fi
# The nodes' programs are attached to cgroup v2: all of it, or, beside v1, the part that a hybrid machine has.
cgroup=
for place in /sys/fs/cgroup /sys/fs/cgroup/unified; do
    if [ -z "$cgroup" ] && [ -e "$place/cgroup.controllers" ]; then cgroup=$place; fi
done
[ -n "$cgroup" ] || missing+=("cgroup v2 at /sys/fs/cgroup, or at /sys/fs/cgroup/unified beside v1")
if [ ${#missing[@]} -gt 0 ]; then
    say "can't run here, there is no:"
    printf '  - %s\n' "${missing[@]}" >&2
    say "the same scenario runs without Docker, on real API servers, in \"make test\" (KubernetesE2E)"
    exit 3
fi
node_image=()
if [ -n "$build" ]; then
    built=$(build/kind-node.sh)
    PATH=${built% *}:$PATH
    node_image=(--image "${built##* }")
fi
for cluster in "${clusters[@]}"; do
    if kind get clusters 2>/dev/null | grep -qx "$cluster"; then
        say "a kind cluster \"$cluster\" exists already; delete it first: kind delete cluster --name $cluster"
        exit 3
    fi
done

work=$(mktemp -d)
export KUBECONFIG=$work/kubeconfig
made=()
finish() {
    local cluster
    if [ -n "$keep" ]; then
        say "kept: ${made[*]}; use them with KUBECONFIG=$KUBECONFIG, and end with \"kind delete cluster --name ...\""
        return
    fi
    for cluster in "${made[@]}"; do kind delete cluster --name "$cluster" >&2 || true; done
    rm -rf "$work"
}
trap finish EXIT

step() { say "$*"; }
fail() { say "FAILED: $*"; exit 1; }
mesh() { bin/clustermesh "$@" --kubeconfig "$KUBECONFIG"; }

step "building the image"
build/images.sh
image=clustermesh-cli/target/clustermesh-image.tar

for cluster in "${clusters[@]}"; do
    step "creating $cluster"
    made+=("$cluster")
    cp "kind-configs/$cluster.yaml" "$work/$cluster.yaml"
    # Kubernetes 1.35 and newer wants to be told that v1 is meant
    [ "$cgroup" = /sys/fs/cgroup ] ||
        printf 'kubeadmConfigPatches: ["{kind: KubeletConfiguration, failCgroupV1: false}"]\n' >>"$work/$cluster.yaml"
    kind create cluster --config "$work/$cluster.yaml" "${node_image[@]}" --kubeconfig "$KUBECONFIG" --wait 180s >&2 ||
        fail "kind could not create $cluster, see above; where no image registry can be reached: make e2e-kind ARGS=--build-node"
    kind load image-archive "$image" --name "$cluster" >&2
    for node in $(kind get nodes --name "$cluster"); do # what systemd does on a machine, but not in a container
        docker exec "$node" sh -c 'mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf'
    done
done

step "routes between the nodes, so that pods reach each other"
for cluster in "${clusters[@]}"; do
    kubectl --context "kind-$cluster" get nodes \
        -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.addresses[?(@.type=="InternalIP")].address}{" | "}{.spec.podCIDRs[*]}{"\n"}{end}' |
        sed "s/^/$cluster /"
done >"$work/nodes"
while read -r cluster node; do
    while read -r other _ rest; do
        [ "$other" != "$cluster" ] || continue
        read -r via4 via6 <<<"${rest%%|*}"
        read -r pods4 pods6 <<<"${rest##*|}"
        docker exec "$node" ip route replace "$pods4" via "$via4"
        [ -z "${pods6:-}" ] || [ -z "${via6:-}" ] || docker exec "$node" ip -6 route replace "$pods6" via "$via6"
    done <"$work/nodes"
done < <(cut -d' ' -f1,2 "$work/nodes")

id=0
for cluster in "${clusters[@]}"; do
    id=$((id + 1))
    step "enabling $cluster"
    pods=$(sed -n 's/.*podSubnet: "\(.*\)"/\1/p' "kind-configs/$cluster.yaml")
    services=$(sed -n 's/.*serviceSubnet: "\(.*\)"/\1/p' "kind-configs/$cluster.yaml")
    mesh enable --context "kind-$cluster" --cluster-name "$cluster" --cluster-id $id --service-type NodePort \
        --pod-cidr "$pods" --service-cidr "$services" --set "nodeSync.cgroup=$cgroup"
done
contexts=$(printf 'kind-%s,' "${clusters[@]}")
mesh status --context "${contexts%,}" --wait --wait-duration 10m
others=()
for cluster in "${clusters[@]:1}"; do others+=(--destination-context "kind-$cluster"); done
step "connecting ${clusters[*]}"
mesh connect --context kind-west "${others[@]}" --mode mesh
mesh status --context "${contexts%,}" --wait --wait-duration 5m

step "an echo Service in each, global"
for cluster in "${clusters[@]}"; do
    kubectl --context "kind-$cluster" apply -f - >&2 <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: shop, name: echo}
spec:
  replicas: 2
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      containers:
        - name: echo
          image: clustermesh:0.1.0-SNAPSHOT
          imagePullPolicy: Never
          command: [/opt/java/bin/java, -cp, "/app/classes:/app/libs/*", io.clustermesh.cli.echo.EchoServer]
          args: [$cluster, any, echo, "::", "8080", "1000"]
          readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {namespace: shop, name: echo, annotations: {service.cilium.io/global: "true", service.cilium.io/affinity: local}}
spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: 8080}]}
YAML
    kubectl --context "kind-$cluster" -n shop rollout status deployment/echo --timeout 120s >&2
done

# Asks from inside of a pod of west's worker: in its network and its cgroup, as any program there would.
client() { # SCRIPT
    docker exec west-worker bash -c '
        pid=$(pgrep -of "io.clustermesh.cli.Main run identity-allocator")
        echo $$ >"$1$(sed -n "s/^0:://p" "/proc/$pid/cgroup")/cgroup.procs"
        exec nsenter -t "$pid" -n bash -c "$2" client "$3"' node "$cgroup" "$1" "http://$vip/"
}
ask() { client 'curl -s -m 3 "$1"' | sed -n 's/.*"cluster":"\([a-z]*\)".*/\1/p'; }
vip=$(kubectl --context kind-west -n shop get service echo -o jsonpath='{.spec.clusterIP}')
answered_by() { # waits until ten answers in a row come from one of the named clusters
    local deadline=$((SECONDS + 60)) hits=0 answer
    while [ $hits -lt 10 ]; do
        [ $SECONDS -lt $deadline ] || fail "requests in west were to be answered by $* within 60 s; the last answer came from \"${answer:-nobody}\""
        answer=$(ask || true)
        case " $* " in *" ${answer:-nobody} "*) hits=$((hits + 1)) ;; *) hits=0; sleep 0.2 ;; esac
    done
    say "requests in west are answered by $*"
}
# What a client sees while the named command runs: for each request when it ended, in microseconds, and who answered.
watched() { # WHAT COMMAND...
    local what=$1 asking
    shift
    client 'while [ ! -e /tmp/enough ]; do
            answer=$(curl -s -m 3 "$1") || answer=failed
            echo "${EPOCHREALTIME/[.,]/} $answer"
            sleep 0.02
        done' >"$work/answers" &
    asking=$!
    "$@"
    docker exec west-worker touch /tmp/enough
    wait $asking
    docker exec west-worker rm /tmp/enough
    say "$what: $(awk '
        /failed$/ { failed++; if (!first) first = $1; last = $1 }
        { sub(/.*"cluster":"/, ""); sub(/".*/, ""); if (!/failed/) answers[$0]++ }
        END {
            printf "%d requests, %d failed", NR, failed
            if (failed) printf " (within %d ms)", (last - first) / 1000
            for (cluster in answers) printf ", %d answered by %s", answers[cluster], cluster
        }' "$work/answers")"
}
gone() {
    kubectl --context kind-west -n shop scale deployment/echo --replicas 0 >&2
    answered_by "${clusters[@]:1}"
}
back() {
    kubectl --context kind-west -n shop scale deployment/echo --replicas 2 >&2
    answered_by west
}
killed() { # without a word to Kubernetes or to anybody else
    docker exec west-worker pkill -KILL -f io.clustermesh.cli.echo.EchoServer
    answered_by "${clusters[@]:1}"
}
answered_by west
step "what every node's kernel has of it"
mesh service explain shop/echo --context "${contexts%,}"
watched "west's pods deleted" gone
watched "west's pods made again" back
docker exec west-worker systemctl stop kubelet # so that it does not start them again while others are asked
watched "west's pods killed without a word" killed
docker exec west-worker systemctl start kubelet
answered_by west

step "disconnecting from east while its nodes are paused"
docker pause east-control-plane east-worker >&2
mesh disconnect --context kind-west --peer east
docker unpause east-control-plane east-worker >&2
mesh status --context kind-west --wait --wait-duration 2m -o json >"$work/status.json"
! grep -q '"east"' "$work/status.json" || fail "west still tells of east after it was disconnected"

say "passed with ${clusters[*]}"
