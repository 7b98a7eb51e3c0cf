package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.source.KubePod;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.LabelSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which labels make a pod's identity: the pod's own, its namespace's, and those that name namespace, service account
 * and cluster. Labels that differ from pod to pod or from rollout to rollout are left out, or every pod would be an
 * identity of its own (Cilium {@code pkg/labelsfilter}, "Limiting Identity-Relevant Labels").
 */
final class IdentityLabels {

    private static final String SOURCE = "k8s:";
    private static final String NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels.";
    private static final String SERVICE_ACCOUNT = "io.cilium.k8s.policy.serviceaccount";
    /** The API server gives it to every namespace; a manifest need not. */
    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    private static final List<Pattern> IGNORED = List.of(
            Pattern.compile("io\\.kubernetes.*"),
            Pattern.compile("kubernetes\\.io.*"),
            Pattern.compile("statefulset\\.kubernetes\\.io/pod-name.*"),
            Pattern.compile("apps\\.kubernetes\\.io/pod-index.*"),
            Pattern.compile("batch\\.kubernetes\\.io/job-completion-index.*"),
            Pattern.compile("batch\\.kubernetes\\.io/controller-uid.*"),
            Pattern.compile(".*beta\\.kubernetes\\.io.*"),
            Pattern.compile("k8s\\.io.*"),
            Pattern.compile("pod-template-generation.*"),
            Pattern.compile("pod-template-hash.*"),
            Pattern.compile("controller-revision-hash.*"),
            Pattern.compile("annotation.*"),
            Pattern.compile("controller-uid.*"),
            Pattern.compile("etcd_node.*"));

    private IdentityLabels() {}

    static LabelSet of(ClusterName cluster, KubePod pod, Map<String, String> namespaceLabels) {
        String namespace = pod.meta().namespace();
        Map<String, String> labels = new TreeMap<>();
        pod.meta().labels().forEach((key, value) -> {
            if (IGNORED.stream().noneMatch(pattern -> pattern.matcher(key).matches())) {
                labels.put(SOURCE + key, value);
            }
        });
        namespaceLabels.forEach((key, value) -> labels.put(SOURCE + NAMESPACE_LABELS + key, value));
        // what the mesh itself says comes last, so that no label of a pod can claim to be another's
        labels.put(SOURCE + NAMESPACE_LABELS + NAMESPACE_NAME, namespace);
        labels.put(SOURCE + LabelSet.CLUSTER_LABEL, cluster.value());
        labels.put(SOURCE + SERVICE_ACCOUNT, pod.serviceAccount());
        labels.put(SOURCE + LabelSet.NAMESPACE_LABEL, namespace);
        return new LabelSet(labels);
    }
}
