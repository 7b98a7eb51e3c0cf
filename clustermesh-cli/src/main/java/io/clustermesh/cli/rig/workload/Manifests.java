package io.clustermesh.cli.rig.workload;

import io.clustermesh.cli.rig.plan.ClusterPlan;
import io.clustermesh.cli.rig.plan.Dual;
import io.clustermesh.cli.rig.plan.NodePlan;
import java.util.List;

/** The Kubernetes manifests of a rig, as text. Pure; names come from the rig and need no quoting. */
public final class Manifests {

    /** The port that pods listen on, for TCP and UDP. */
    public static final int POD_PORT = 8080;

    /** The port of the Service. */
    public static final int SERVICE_PORT = 80;

    private static final int SERVICE_HOST = 10;

    private Manifests() {}

    /** The virtual addresses of the rig's one Service in {@code cluster}. */
    public static Dual serviceAddress(ClusterPlan cluster) {
        return cluster.network().services().at(SERVICE_HOST);
    }

    /** A Namespace. */
    public static String namespace(String name) {
        return """
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: %s
                """.formatted(name);
    }

    /** All Nodes of a cluster. */
    public static String nodes(ClusterPlan cluster) {
        StringBuilder text = new StringBuilder();
        for (NodePlan node : cluster.nodes()) {
            text.append("""
                    ---
                    apiVersion: v1
                    kind: Node
                    metadata:
                      name: %1$s
                      labels:
                        kubernetes.io/hostname: %1$s
                    spec:
                      podCIDR: %2$s
                      podCIDRs: ["%2$s", "%3$s"]
                    status:
                      addresses:
                        - {type: InternalIP, address: "%4$s"}
                        - {type: InternalIP, address: "%5$s"}
                        - {type: Hostname, address: %1$s}
                    """.formatted(
                            node.name(),
                            node.pods().v4(),
                            node.pods().v6(),
                            node.underlay().v4(),
                            node.underlay().v6()));
        }
        return text.toString();
    }

    /** A global Service of both families, with the affinity given, for HTTP and UDP. */
    public static String service(PodRecord.Owner owner, Dual address, String affinity) {
        return """
                apiVersion: v1
                kind: Service
                metadata:
                  namespace: %1$s
                  name: %2$s
                  annotations:
                    service.cilium.io/global: "true"
                    service.cilium.io/affinity: %5$s
                spec:
                  type: ClusterIP
                  clusterIP: "%3$s"
                  clusterIPs: ["%3$s", "%4$s"]
                  ipFamilies: [IPv4, IPv6]
                  ipFamilyPolicy: RequireDualStack
                  selector:
                    app: %2$s
                  ports:
                    - {name: http, protocol: TCP, port: %6$d, targetPort: %7$d}
                    - {name: udp, protocol: UDP, port: %6$d, targetPort: %7$d}
                """.formatted(
                owner.namespace(), owner.workload(), address.v4(), address.v6(), affinity, SERVICE_PORT, POD_PORT);
    }

    /** The two EndpointSlices of a Service: all its pods that were announced. */
    public static String endpointSlices(ClusterPlan cluster, PodRecord.Owner owner, List<PodRecord> pods) {
        return slice(cluster, owner, pods, "IPv4") + slice(cluster, owner, pods, "IPv6");
    }

    private static String slice(ClusterPlan cluster, PodRecord.Owner owner, List<PodRecord> pods, String family) {
        StringBuilder text = new StringBuilder("""
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  namespace: %1$s
                  name: %2$s-%3$s
                  labels:
                    kubernetes.io/service-name: %2$s
                    endpointslice.kubernetes.io/managed-by: clustermesh-rig
                addressType: %4$s
                ports:
                  - {name: http, protocol: TCP, port: %5$d}
                  - {name: udp, protocol: UDP, port: %5$d}
                """.formatted(
                owner.namespace(), owner.workload(), family.toLowerCase(java.util.Locale.ROOT), family, POD_PORT));
        List<PodRecord> announced = pods.stream()
                .filter(p -> p.owner().equals(owner) && p.phase() != PodRecord.Phase.STARTING)
                .toList();
        text.append(announced.isEmpty() ? "endpoints: []\n" : "endpoints:\n");
        for (PodRecord pod : announced) {
            text.append("""
                      - addresses: ["%s"]
                        conditions: {ready: %b, serving: %b, terminating: %b}
                        nodeName: %s
                        targetRef: {kind: Pod, namespace: %s, name: %s}
                    """.formatted(
                    family.equals("IPv4") ? pod.place().v4() : pod.place().v6(),
                    pod.phase() == PodRecord.Phase.RUNNING,
                    pod.phase() != PodRecord.Phase.FAILED,
                    pod.phase() == PodRecord.Phase.TERMINATING,
                    node(cluster, pod).name(),
                    owner.namespace(),
                    pod.name()));
        }
        return text.toString();
    }

    /** A Pod. */
    public static String pod(ClusterPlan cluster, PodRecord pod) {
        NodePlan node = node(cluster, pod);
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  namespace: %s
                  name: %s
                  labels:
                    app: %s
                spec:
                  nodeName: %s
                  serviceAccountName: default
                status:
                  phase: Running
                  hostIP: "%s"
                  podIP: "%s"
                  podIPs:
                    - {ip: "%s"}
                    - {ip: "%s"}
                """.formatted(
                        pod.owner().namespace(),
                        pod.name(),
                        pod.owner().workload(),
                        node.name(),
                        node.underlay().v4(),
                        pod.place().v4(),
                        pod.place().v4(),
                        pod.place().v6());
    }

    static NodePlan node(ClusterPlan cluster, PodRecord pod) {
        return cluster.nodes().get(pod.place().node() - 1);
    }
}
