package io.clustermesh.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house that a compiler does not hold. Each names who is allowed, so that it can't pass on nothing. */
class ArchitectureTest {

    private static final List<String> ROOTS = List.of(
            "io.clustermesh.model",
            "io.clustermesh.store",
            "io.clustermesh.certs",
            "io.clustermesh.bpf",
            "io.clustermesh.bgp",
            "io.clustermesh.kube",
            "io.clustermesh.apiserver",
            "io.clustermesh.identity",
            "io.clustermesh.nodesync",
            "io.clustermesh.cli");

    private static JavaClasses mesh;

    @BeforeAll
    static void importEveryModule() {
        JavaClasses all = new ClassFileImporter()
                .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
                .importPackages("io.clustermesh");
        mesh = all.that(DescribedPredicate.describe(
                "written by us, tests aside",
                c -> !c.getPackageName().startsWith("io.clustermesh.store.etcd.pb")
                        && !c.getPackageName().startsWith("io.clustermesh.e2e")));
    }

    @Test
    void shouldHaveSeenEveryModule() {
        Set<String> seen = mesh.stream()
                .map(JavaClass::getPackageName)
                .map(name -> ROOTS.stream().filter(name::startsWith).findFirst().orElse(name))
                .collect(Collectors.toSet());

        assertThat(seen).containsExactlyInAnyOrderElementsOf(ROOTS);
    }

    @Test
    void shouldKeepTheModelFreeOfEverything() {
        classes()
                .that()
                .resideInAPackage("io.clustermesh.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.clustermesh.model..",
                        "java..",
                        "com.fasterxml.jackson.core..",
                        "com.google.protobuf..",
                        "com.github.luben.zstd..",
                        "org.jspecify..")
                .check(mesh);
        noClasses()
                .that()
                .resideInAPackage("io.clustermesh.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net.http..", "java.util.concurrent..", "org.slf4j..")
                .check(mesh);
    }

    @Test
    void shouldOnlyImportTowardsTheModel() {
        mayOnlyUse("io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.certs..", "io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.bpf..", "io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.bgp..", "io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.kube..", "io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.apiserver..", "io.clustermesh.store..", "io.clustermesh.kube..");
        mayOnlyUse("io.clustermesh.identity..", "io.clustermesh.store..");
        mayOnlyUse("io.clustermesh.nodesync..", "io.clustermesh.store..", "io.clustermesh.bpf..");
    }

    @Test
    void shouldKeepTheKvstoreOutOfTheNetworkModules() {
        noClasses()
                .that()
                .resideInAnyPackage("io.clustermesh.certs..", "io.clustermesh.bpf..", "io.clustermesh.bgp..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.clustermesh.store.kv..", "io.clustermesh.store.etcd..", "io.clustermesh.store.sync..")
                .check(mesh);
    }

    @Test
    void shouldKeepLibrariesWithTheirOneUser() {
        onlyIn("org.bouncycastle..", "io.clustermesh.certs..");
        onlyIn(
                "io.grpc..",
                "io.clustermesh.store.etcd..",
                "io.clustermesh.apiserver.api..",
                "io.clustermesh.apiserver.h2..");
        onlyIn("com.github.luben.zstd..", "io.clustermesh.model.codec..");
        onlyIn("io.vertx..", "io.clustermesh.store.admin..");
        onlyIn("io.opentelemetry.sdk..", "io.clustermesh.store.runtime..", "io.clustermesh.store.admin..");
        onlyIn("io.opentelemetry.exporter..", "io.clustermesh.store.runtime..", "io.clustermesh.store.admin..");
        onlyIn(
                "io.fabric8..",
                "io.clustermesh.kube..",
                "io.clustermesh.apiserver.source.kubernetes..",
                "io.clustermesh.apiserver.sink..",
                "io.clustermesh.cli.kube..");
        onlyIn("picocli..", "io.clustermesh.cli..");
        onlyIn("java.lang.foreign..", "io.clustermesh.bpf.libbpf..", "io.clustermesh.bgp.netlink..");
    }

    @Test
    void shouldReadClocksAndMakeThreadsInTheRuntimeOnly() {
        String runtime = "io.clustermesh.store.runtime..";
        notCalled(Thread.class, "sleep", runtime);
        notCalled(Thread.class, "ofPlatform", runtime);
        notCalled(Thread.class, "ofVirtual", runtime);
        notCalled(Thread.class, "startVirtualThread", runtime);
        notCalled(System.class, "currentTimeMillis", runtime);
        notCalled(System.class, "nanoTime", runtime);
        notCalled(java.time.Instant.class, "now", runtime);
        notCalled(System.class, "exit", "io.clustermesh.cli..", runtime);
        noClasses()
                .that()
                .resideOutsideOfPackage(runtime)
                .should()
                .callConstructorWhere(DescribedPredicate.describe(
                        "makes a thread", call -> call.getTargetOwner().isAssignableTo(Thread.class)))
                .check(mesh);
    }

    @Test
    void shouldHaveNoPackageCycles() {
        slices().matching("io.clustermesh.(**)").should().beFreeOfCycles().check(mesh);
    }

    private static void mayOnlyUse(String module, String... allowed) {
        String[] ours = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(module, "io.clustermesh.model.."), java.util.Arrays.stream(allowed))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.clustermesh..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(ours))))
                .check(mesh);
    }

    private static void onlyIn(String library, String... users) {
        noClasses()
                .that()
                .resideOutsideOfPackages(users)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(mesh);
        assertThat(mesh.that(JavaClass.Predicates.resideInAnyPackage(users)).stream()
                        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                        .anyMatch(d ->
                                JavaClass.Predicates.resideInAPackage(library).test(d.getTargetClass())))
                .as("%s is used where it may be used, else this rule has nothing to hold", library)
                .isTrue();
    }

    private static void notCalled(Class<?> owner, String method, String... allowedIn) {
        noClasses()
                .that()
                .resideOutsideOfPackages(allowedIn)
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "calls " + owner.getSimpleName() + "." + method,
                        call -> call.getTargetOwner().isEquivalentTo(owner)
                                && call.getName().equals(method)))
                .check(mesh);
    }
}
