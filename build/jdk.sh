# Sourced, not run: the functions that look for JDK 25 and Maven 3.9. Needs "root" set to the checkout.

cm_tools=${CLUSTERMESH_TOOLS:-$root/.tools}

cm_find_jdk() {
    local home major
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*-25* /usr/lib/jvm/java-2[5-9]* "$cm_tools"/jdk-2[5-9]*; do
        [ -n "$home" ] && [ -x "$home/bin/javac" ] && [ -r "$home/release" ] || continue
        major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
        [ "${major:-0}" -ge 25 ] && { printf '%s\n' "$home"; return 0; }
    done
    return 1
}

cm_find_mvn() {
    local mvn version jar
    for mvn in "$cm_tools"/apache-maven-*/bin/mvn /usr/share/maven/bin/mvn "$(command -v mvn || true)"; do
        [ -n "$mvn" ] && [ -f "$mvn" ] || continue
        for jar in "$(dirname "$(readlink -f "$mvn")")"/../lib/maven-core-*.jar; do
            version=${jar##*maven-core-}
            version=${version%.jar}
            [ "$(printf '%s\n3.9.6\n' "$version" | sort -V | head -n 1)" = 3.9.6 ] && { printf '%s\n' "$mvn"; return 0; }
        done
    done
    return 1
}
