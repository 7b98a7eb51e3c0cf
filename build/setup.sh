#!/usr/bin/env bash
# Installs by package name what building, testing and the demo need on Debian or Ubuntu, and says what it can't.
# Does nothing, and asks for no rights, where everything is there already. "setup.sh test", "setup.sh bench" and
# "setup.sh kind" add what only tests, benches and building nodes for kind need.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=${CLUSTERMESH_TOOLS:-$root/.tools}
maven_version=3.9.16

say() { printf 'setup: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 125
    fi
}

updated=
apt_update() {
    [ -n "$updated" ] && return 0
    as_root apt-get update -qq >&2 && updated=1
}

# Does any repository of this machine offer the package?
offered() { [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \([^(].*\)/\1/p')" ]; }

install() {
    say "installing $*"
    apt_update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

missing=()
need() { # need PACKAGE COMMAND-OR-FILE
    case $2 in
        /*) compgen -G "$2" >/dev/null || missing+=("$1") ;;
        *) have "$2" || missing+=("$1") ;;
    esac
}

if ! have apt-get; then
    say "no apt-get here: this project sets itself up on Debian and Ubuntu only; elsewhere install by hand: JDK 25, Maven, etcd, clang, libbpf, OpenSSL's headers, bpftool, iproute2, BIRD 2, curl"
else
    need maven mvn
    need etcd-server etcd
    need etcd-client etcdctl
    need clang clang
    need libssl-dev '/usr/include/openssl/ssl.h'
    need libbpf-dev '/usr/include/bpf/bpf_helpers.h'
    need libbpf1 '/usr/lib/*/libbpf.so.1*'
    need iproute2 ip
    need util-linux nsenter
    need procps pgrep
    need curl curl
    if [ "${1:-}" = test ]; then
        need openssl openssl
        need bird2 bird
        need gobgpd gobgpd
        need frr /usr/lib/frr/bgpd
        need golang-go go
    fi
    if [ "${1:-}" = kind ]; then
        need mmdebstrap mmdebstrap
        need golang-go go
        docker info >/dev/null 2>&1 || need docker.io dockerd
    fi
    if [ "${1:-}" = bench ]; then
        need iptables iptables-legacy-restore
        need nftables nft
    fi
    if ! have bpftool; then
        apt-cache show bpftool >/dev/null 2>&1 || apt_update || true
        if offered bpftool; then missing+=(bpftool); else missing+=(linux-tools-common "linux-tools-$(uname -r)"); fi
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        if ! install "${missing[@]}"; then
            say "could not install: ${missing[*]}. Run as root (or with sudo): apt-get install ${missing[*]}"
            have mvn || exit 3
        fi
        # The distribution starts these as services when it installs them; the project runs its own processes.
        for package in "${missing[@]}"; do
            case $package in
                etcd-server) units=(etcd) ;;
                bird2) units=(bird) ;;
                gobgpd) units=(gobgpd) ;;
                frr) units=(frr) ;;
                *) continue ;;
            esac
            as_root systemctl disable --now "${units[@]}" >/dev/null 2>&1 || true
        done
    fi
fi

. "$root/build/jdk.sh"
if ! cm_find_jdk >/dev/null; then
    found=
    apt_update || true
    for package in openjdk-25-jdk-headless temurin-25-jdk; do
        if offered "$package" && install "$package"; then found=1; break; fi
    done
    if [ -z "$found" ] || ! cm_find_jdk >/dev/null; then
        say "no JDK 25: this machine's package sources offer neither openjdk-25-jdk-headless (Debian 13, Ubuntu 24.04 and newer) nor temurin-25-jdk (Adoptium's repository); add one of them, or set JAVA_HOME to a JDK 25"
        exit 3
    fi
fi

if ! cm_find_mvn >/dev/null; then
    say "fetching Maven $maven_version by its coordinates (the distribution's is older than 3.9.6)"
    mkdir -p "$tools"
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.11.0:unpack \
        "-Dartifact=org.apache.maven:apache-maven:$maven_version:zip:bin" "-DoutputDirectory=$tools" >&2
    chmod +x "$tools"/apache-maven-*/bin/mvn
fi
cm_find_mvn >/dev/null || { say "Maven 3.9.6 or newer is still missing after the fetch; see the lines above"; exit 3; }

# Built here, once, so that no test waits for it.
if [ "${1:-}" = test ]; then
    for program in kube-apiserver helm kvstoremesh clustermesh-apiserver; do
        "$root/build/kubernetes.sh" $program >/dev/null || say "tests that need $program will be skipped; see the lines above"
    done
fi
