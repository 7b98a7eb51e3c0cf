package io.clustermesh.e2e.kube;

import java.util.List;
import java.util.stream.Stream;

/** Objects of a cluster that has one Service, and definitions of the kinds that Kubernetes does not bring. */
final class KubeObjects {

    private KubeObjects() {}

    /** CRDs of MCS-API's and Cilium's kinds, without their schemas. */
    static final List<String> DEFINITIONS = List.of(
            definition("multicluster.x-k8s.io", "v1alpha1", "ServiceExport", "serviceexports", "Namespaced"),
            definition("cilium.io", "v2", "CiliumIdentity", "ciliumidentities", "Cluster"),
            definition("cilium.io", "v2", "CiliumEndpoint", "ciliumendpoints", "Namespaced"),
            definition("cilium.io", "v2", "CiliumNode", "ciliumnodes", "Cluster"));

    /** A namespace with one Service, its pod and its slice. */
    static final List<String> SHOP = Stream.of("""
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            """, """
            apiVersion: v1
            kind: Node
            metadata: {name: west-n1}
            spec: {podCIDR: 10.71.0.0/24, podCIDRs: [10.71.0.0/24]}
            """, """
            apiVersion: v1
            kind: Service
            metadata: {namespace: shop, name: echo}
            spec: {selector: {app: echo}, ports: [{name: http, port: 80, targetPort: 8080}]}
            """, """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {namespace: shop, name: echo-abc, labels: {kubernetes.io/service-name: echo}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints: [{addresses: [10.71.0.11], conditions: {ready: true}, nodeName: west-n1}]
            """, """
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop, name: echo-1, labels: {app: echo}}
            spec: {nodeName: west-n1, containers: [{name: echo, image: echo}]}
            """).toList();

    private static String definition(String group, String version, String kind, String plural, String scope) {
        return """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata:
                  name: %4$s.%1$s
                  annotations: {api-approved.kubernetes.io: "https://github.com/kubernetes-sigs/mcs-api"}
                spec:
                  group: %1$s
                  scope: %5$s
                  names: {kind: %3$s, plural: %4$s, singular: %6$s}
                  versions:
                    - name: %2$s
                      served: true
                      storage: true
                      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(group, version, kind, plural, scope, kind.toLowerCase(java.util.Locale.ROOT));
    }
}
