#!/usr/bin/env bash
# The Kubernetes scenario on kind clusters; kind-configs/README.md says what it does and needs.
#   --three  west, east and eu     --keep  leaves the clusters up
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
say() { printf 'e2e-kind: %s\n' "$*" >&2; }

clusters=(west east)
keep=
for argument in "$@"; do
    case $argument in
        --three) clusters=(west east eu) ;;
        --keep) keep=1 ;;
        *) say "unknown argument $argument; there are --three and --keep"; exit 2 ;;
    esac
done

missing=()
for program in docker kind kubectl; do
    command -v "$program" >/dev/null || missing+=("$program, which is not on the PATH")
done
if command -v docker >/dev/null && ! docker info >/dev/null 2>&1; then
    missing+=("a Docker daemon that this user may use (\"docker info\" fails)")
fi
[ -e /sys/fs/cgroup/cgroup.controllers ] || missing+=("cgroup v2 at /sys/fs/cgroup; the nodes' programs are attached to it")
if [ ${#missing[@]} -gt 0 ]; then
    say "can't run here, there is no:"
    printf '  - %s\n' "${missing[@]}" >&2
    say "the same scenario runs without Docker, on real API servers, in \"make test\" (KubernetesE2E)"
    exit 3
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
    kind create cluster --config "kind-configs/$cluster.yaml" --kubeconfig "$KUBECONFIG" --wait 180s >&2
    kind load image-archive "$image" --name "$cluster" >&2
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
        --pod-cidr "$pods" --service-cidr "$services"
done
others=()
for cluster in "${clusters[@]:1}"; do others+=(--destination-context "kind-$cluster"); done
step "connecting ${clusters[*]}"
mesh connect --context kind-west "${others[@]}" --mode mesh
contexts=$(printf 'kind-%s,' "${clusters[@]}")
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
---
apiVersion: v1
kind: Service
metadata: {namespace: shop, name: echo, annotations: {service.cilium.io/global: "true", service.cilium.io/affinity: local}}
spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: 8080}]}
YAML
    kubectl --context "kind-$cluster" -n shop rollout status deployment/echo --timeout 120s >&2
done

# A node's own shell is in its cgroup, so it is a client like any pod.
ask() { docker exec west-worker curl -s -m 3 "http://$vip/" | sed -n 's/.*"cluster":"\([a-z]*\)".*/\1/p'; }
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
answered_by west
kubectl --context kind-west -n shop scale deployment/echo --replicas 0 >&2
answered_by "${clusters[@]:1}"
kubectl --context kind-west -n shop scale deployment/echo --replicas 2 >&2
answered_by west

step "disconnecting from east while its nodes are paused"
docker pause east-control-plane east-worker >&2
mesh disconnect --context kind-west --peer east
docker unpause east-control-plane east-worker >&2
mesh status --context kind-west --wait --wait-duration 2m -o json >"$work/status.json"
! grep -q '"east"' "$work/status.json" || fail "west still tells of east after it was disconnected"

say "passed with ${clusters[*]}"
