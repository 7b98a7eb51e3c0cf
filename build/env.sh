# Sourced, not run: sets JAVA_HOME to a JDK 25 and CLUSTERMESH_MVN to a Maven 3.9, or says in one line what is missing.
# Needs "root" set to the checkout.
. "$root/build/jdk.sh"
JAVA_HOME=$(cm_find_jdk) || { echo "No JDK 25 found: run \"make setup\", or set JAVA_HOME to one." >&2; exit 3; }
export JAVA_HOME
CLUSTERMESH_MVN=$(cm_find_mvn) || { echo "No Maven 3.9.6 or newer found: run \"make setup\"." >&2; exit 3; }
export CLUSTERMESH_MVN
