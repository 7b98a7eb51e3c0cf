#!/usr/bin/env bash
# Builds the image of all processes without Docker: target/image-root is a file system of nothing but a Java runtime
# (jlink) and the shared libraries that it, libbpf and the jars need, taken from this machine; Jib adds the jars.
#   IMAGE=registry/clustermesh:tag  pushes there instead of writing clustermesh-cli/target/clustermesh-image.tar
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/build/env.sh"
say() { printf 'images: %s\n' "$*" >&2; }

case $(uname -m) in
    x86_64) arch=amd64 netty=x86_64 zstd=amd64 ;;
    aarch64) arch=arm64 netty=aarch_64 zstd=aarch64 ;;
    *) say "no image is made for $(uname -m)"; exit 3 ;;
esac
jars=$root/clustermesh-cli/target/lib
"$root/build/mvn" -B -q -Pquick package -DskipTests -pl clustermesh-cli -am >&2

files=$root/clustermesh-cli/target/image-root
java=$files/opt/java
modules=java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml
modules=$modules,jdk.crypto.cryptoki,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs,jdk.naming.dns
jdk=${JAVA_HOME:?no JDK found; run make setup}

say "runtime of $(sed -n 's/^JAVA_VERSION="\(.*\)"/JDK \1/p' "$jdk/release")"
rm -rf "$files"
mkdir -p "$files"/{etc,tmp,opt}
"$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --compress zip-6 --output "$java"
# a process of the image starts in half the time with the JDK's own classes read beforehand
"$java/bin/java" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xshare:dump >&2

# libbpf is loaded at run time, so no program names it
libbpf=$(compgen -G '/usr/lib/*/libbpf.so.1' | head -n 1) || { say "no libbpf.so.1; run make setup"; exit 3; }
copy() { # each library under its own path, as a file: the loader looks where this machine's does
    local library
    for library in "$@"; do
        [ -e "$files$library" ] && continue
        mkdir -p "$files$(dirname "$library")"
        cp -L "$library" "$files$library"
    done
}
copy "$libbpf"
for object in "$libbpf" "$java"/bin/java "$java"/lib/*.so "$java"/lib/server/*.so; do
    mapfile -t needed < <(LD_LIBRARY_PATH=$java/lib:$java/lib/server ldd "$object" | sed -n "s,.*\(=> \|^[[:space:]]*\)\(/[^ ]*\) (.*,\2,p" | grep -v "^$java" || true)
    copy "${needed[@]}"
done
# what the jars bring needs these two as well
for library in libresolv.so.2 librt.so.1; do
    copy "$(dirname "$(ldconfig -p | sed -n 's,.*libc\.so\.6 (.*=> \(.*\),\1,p' | head -n 1)")/$library"
done
# native code of the jars: a library that lies here is not unpacked into /tmp, which may not allow programs
unpack() { # JAR ENTRY
    mkdir -p "$files/usr/lib"
    (cd "$files/usr/lib" && "$jdk/bin/jar" xf "$1" "$2" && mv "$2" . && rm -rf "./${2%%/*}")
}
unpack "$(compgen -G "$jars/netty-tcnative-*-linux-$netty.jar")" "META-INF/native/libnetty_tcnative_linux_$netty.so"
unpack "$(compgen -G "$jars/netty-transport-native-epoll-*-linux-$netty.jar")" "META-INF/native/libnetty_transport_native_epoll_$netty.so"
zstd_jar=$(compgen -G "$jars/zstd-jni-*.jar")
unpack "$zstd_jar" "linux/$zstd/lib$(basename "$zstd_jar" .jar).so"
printf 'root:x:0:0::/:/none\nclustermesh:x:65532:65532::/tmp:/none\n' >"$files/etc/passwd"
printf 'root:x:0:\nclustermesh:x:65532:\n' >"$files/etc/group"
printf 'hosts: files dns\n' >"$files/etc/nsswitch.conf"

goal=buildTar
[ -z "${IMAGE:-}" ] || goal=build
"$root/build/mvn" -B -q -Pimages,quick package -DskipTests -pl clustermesh-cli -am -Dimage.goal=$goal \
    -Dimage="${IMAGE:-clustermesh:0.1.0-SNAPSHOT}" -Dimage.arch=$arch >&2
if [ -z "${IMAGE:-}" ]; then
    say "wrote $root/clustermesh-cli/target/clustermesh-image.tar ($(du -h "$root/clustermesh-cli/target/clustermesh-image.tar" | cut -f1)); load it with \"docker load\", \"kind load image-archive\" or \"ctr images import\""
else
    say "pushed $IMAGE"
fi
