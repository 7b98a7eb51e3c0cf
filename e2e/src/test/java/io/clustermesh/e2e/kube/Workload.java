package io.clustermesh.e2e.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What asks for pods.
 *
 * @param object a Deployment, StatefulSet or DaemonSet
 * @param template of its pods
 * @param pods names of its pods
 */
record Workload(HasMetadata object, PodTemplateSpec template, List<String> pods) {

    Workload {
        pods = List.copyOf(pods);
    }

    String name() {
        return object.getMetadata().getName();
    }

    /** All in a namespace. A DaemonSet has a pod on each node. */
    static List<Workload> all(KubernetesClient client, String namespace, List<String> nodes) {
        List<Workload> all = new ArrayList<>();
        for (StatefulSet set :
                client.apps().statefulSets().inNamespace(namespace).list().getItems()) {
            all.add(new Workload(
                    set,
                    set.getSpec().getTemplate(),
                    numbered(set, set.getSpec().getReplicas())));
        }
        for (Deployment deployment :
                client.apps().deployments().inNamespace(namespace).list().getItems()) {
            all.add(new Workload(
                    deployment,
                    deployment.getSpec().getTemplate(),
                    numbered(deployment, deployment.getSpec().getReplicas())));
        }
        for (DaemonSet set :
                client.apps().daemonSets().inNamespace(namespace).list().getItems()) {
            all.add(new Workload(
                    set,
                    set.getSpec().getTemplate(),
                    nodes.stream()
                            .map(node -> set.getMetadata().getName() + "-" + node)
                            .toList()));
        }
        return all;
    }

    private static List<String> numbered(HasMetadata object, int replicas) {
        return IntStream.range(0, replicas)
                .mapToObj(number -> object.getMetadata().getName() + "-" + number)
                .toList();
    }

    /** Writes what a controller would: that it has seen the object, and how many of its pods are ready. */
    void report(KubernetesClient client, int ready) {
        long seen = object.getMetadata().getGeneration();
        int wanted = pods.size();
        switch (object) {
            case StatefulSet set ->
                client.resource(set).editStatus(now -> {
                    now.setStatus(new io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder()
                            .withObservedGeneration(seen)
                            .withReplicas(wanted)
                            .withReadyReplicas(ready)
                            .withAvailableReplicas(ready)
                            .withUpdatedReplicas(wanted)
                            .build());
                    return now;
                });
            case Deployment deployment ->
                client.resource(deployment).editStatus(now -> {
                    now.setStatus(new io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder()
                            .withObservedGeneration(seen)
                            .withReplicas(wanted)
                            .withReadyReplicas(ready)
                            .withAvailableReplicas(ready)
                            .withUpdatedReplicas(wanted)
                            .build());
                    return now;
                });
            case DaemonSet set ->
                client.resource(set).editStatus(now -> {
                    now.setStatus(new io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder()
                            .withObservedGeneration(seen)
                            .withDesiredNumberScheduled(wanted)
                            .withCurrentNumberScheduled(wanted)
                            .withUpdatedNumberScheduled(wanted)
                            .withNumberReady(ready)
                            .withNumberAvailable(ready)
                            .withNumberMisscheduled(0)
                            .build());
                    return now;
                });
            default -> throw new IllegalStateException("no workload: " + object.getKind());
        }
    }
}
