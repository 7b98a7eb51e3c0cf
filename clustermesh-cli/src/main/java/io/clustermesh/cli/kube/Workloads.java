package io.clustermesh.cli.kube;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.Workload;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Kubernetes says of the workloads that "enable" made. */
final class Workloads {

    private Workloads() {}

    /** All of them; one that must be there and is not, is there with what is missing. */
    static List<Workload> of(KubeSite site) {
        String namespace = site.namespace();
        List<Workload> found = new ArrayList<>();
        site.ask(
                        "read StatefulSet clustermesh-etcd",
                        kube -> optional(kube.apps()
                                .statefulSets()
                                .inNamespace(namespace)
                                .withName("clustermesh-etcd")
                                .get()))
                .map(set -> etcd(site, set))
                .ifPresent(found::add);
        for (String name : List.of(Names.APISERVER, "clustermesh-identity-allocator")) {
            found.add(site.ask(
                            "read Deployment " + name,
                            kube -> optional(kube.apps()
                                    .deployments()
                                    .inNamespace(namespace)
                                    .withName(name)
                                    .get()))
                    .map(deployment -> deployment(site, deployment))
                    .orElseGet(() -> missing(site, "deployment/" + name)));
        }
        found.add(daemonSet(site, "clustermesh-node-sync")
                .orElseGet(() -> missing(site, "daemonset/clustermesh-node-sync")));
        daemonSet(site, "clustermesh-bgp").ifPresent(found::add);
        return found;
    }

    private static Optional<Workload> daemonSet(KubeSite site, String name) {
        return site.ask(
                        "read DaemonSet " + name,
                        kube -> optional(kube.apps()
                                .daemonSets()
                                .inNamespace(site.namespace())
                                .withName(name)
                                .get()))
                .map(set -> daemonSet(site, set));
    }

    private static Workload etcd(KubeSite site, StatefulSet set) {
        int wanted = number(set.getSpec().getReplicas(), 1);
        boolean seen = set.getStatus() != null
                && isSeen(set.getMetadata().getGeneration(), set.getStatus().getObservedGeneration());
        int ready = set.getStatus() == null ? 0 : number(set.getStatus().getReadyReplicas(), 0);
        return workload(
                site,
                "statefulset/" + set.getMetadata().getName(),
                set.getSpec().getTemplate(),
                wanted,
                ready,
                seen);
    }

    private static Workload deployment(KubeSite site, Deployment deployment) {
        int wanted = number(deployment.getSpec().getReplicas(), 1);
        boolean seen = deployment.getStatus() != null
                && isSeen(
                        deployment.getMetadata().getGeneration(),
                        deployment.getStatus().getObservedGeneration());
        int ready = deployment.getStatus() == null
                ? 0
                : number(deployment.getStatus().getReadyReplicas(), 0);
        return workload(
                site,
                "deployment/" + deployment.getMetadata().getName(),
                deployment.getSpec().getTemplate(),
                wanted,
                ready,
                seen);
    }

    private static Workload daemonSet(KubeSite site, DaemonSet set) {
        boolean seen = set.getStatus() != null
                && isSeen(set.getMetadata().getGeneration(), set.getStatus().getObservedGeneration());
        int wanted = set.getStatus() == null ? 0 : number(set.getStatus().getDesiredNumberScheduled(), 0);
        int ready = set.getStatus() == null ? 0 : number(set.getStatus().getNumberReady(), 0);
        return workload(
                site, "daemonset/" + set.getMetadata().getName(), set.getSpec().getTemplate(), wanted, ready, seen);
    }

    private static Workload workload(
            KubeSite site, String name, PodTemplateSpec template, int wanted, int ready, boolean seen) {
        if (seen && ready >= wanted) {
            return new Workload(name, version(template), wanted, ready, "", "");
        }
        String describe = "kubectl%s describe ".formatted(site.target().kubectlOptions());
        if (!seen) {
            String detail = "its controller has not seen the last change yet";
            return new Workload(name, version(template), wanted, ready, detail, describe + name);
        }
        String counts = "%d of %d ready".formatted(ready, wanted);
        try {
            Optional<PodTrouble> trouble = PodTrouble.first(pods(site, template));
            String detail = trouble.map(it -> "%s; %s: %s".formatted(counts, it.pod(), it.reason()))
                    .orElse(counts);
            String what = trouble.map(it -> "pod/" + it.pod()).orElse(name);
            return new Workload(name, version(template), wanted, ready, detail, describe + what);
        } catch (CommandFailed e) { // who may read the workload may not be allowed to read its pods
            String detail = "%s; why can't be told: %s".formatted(counts, e.getMessage());
            return new Workload(name, version(template), wanted, ready, detail, describe + name);
        }
    }

    private static List<Pod> pods(KubeSite site, PodTemplateSpec template) {
        return site.ask(
                "list pods",
                kube -> kube.pods()
                        .inNamespace(site.namespace())
                        .withLabels(template.getMetadata().getLabels())
                        .list()
                        .getItems());
    }

    private static Workload missing(KubeSite site, String name) {
        return new Workload(
                name,
                "",
                1,
                0,
                "it is not there",
                "clustermesh enable" + site.target().options());
    }

    /** The tag of the first container's image. */
    private static String version(PodTemplateSpec template) {
        String image =
                Objects.toString(template.getSpec().getContainers().getFirst().getImage(), "");
        int colon = image.lastIndexOf(':');
        return colon > image.lastIndexOf('/') ? image.substring(colon + 1) : "latest";
    }

    private static boolean isSeen(@Nullable Long generation, @Nullable Long observed) {
        return generation == null || (observed != null && observed >= generation);
    }

    private static int number(@Nullable Integer value, int fallback) {
        return value == null ? fallback : value;
    }

    private static <T> Optional<T> optional(@Nullable T value) {
        return Optional.ofNullable(value);
    }
}
