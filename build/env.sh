# Sourced, not run: finds JDK 25 and Maven 3.9 and sets JAVA_HOME and CLUSTERMESH_MVN.
# Says in one line what is missing and what puts it there.

cm_root=${root:?set root to the checkout first}
cm_tools=${CLUSTERMESH_TOOLS:-$cm_root/.tools}

cm_java_major() {
    "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}

cm_find_jdk() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "$cm_tools"/jdk-25*; do
        [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
        [ "$(cm_java_major "$home")" -ge 25 ] 2>/dev/null && { printf '%s\n' "$home"; return 0; }
    done
    return 1
}

cm_find_mvn() {
    local mvn version
    for mvn in "$cm_tools"/apache-maven-3.9*/bin/mvn "$(command -v mvn || true)"; do
        [ -n "$mvn" ] && [ -f "$mvn" ] || continue
        version=$(sh "$mvn" -version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
        [ "$(printf '%s\n3.9.6\n' "$version" | sort -V | head -n 1)" = 3.9.6 ] && { printf '%s\n' "$mvn"; return 0; }
    done
    return 1
}

JAVA_HOME=$(cm_find_jdk) || { echo "No JDK 25 found: run \"make setup\", or set JAVA_HOME to one." >&2; exit 3; }
export JAVA_HOME
CLUSTERMESH_MVN=$(cm_find_mvn) || { echo "No Maven 3.9.6 or newer found: run \"make setup\"." >&2; exit 3; }
export CLUSTERMESH_MVN
