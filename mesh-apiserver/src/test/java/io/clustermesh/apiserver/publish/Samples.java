package io.clustermesh.apiserver.publish;

/** The manifests behind the examples of Cilium's format. */
final class Samples {

    static final String NODE = """
            apiVersion: v1
            kind: Node
            metadata: {name: worker-1, labels: {topology.kubernetes.io/zone: z1}}
            spec: {podCIDRs: [10.3.1.0/24]}
            status:
              addresses:
              - {type: Hostname, address: worker-1}
              - {type: CiliumInternalIP, address: 10.3.1.200}
              - {type: InternalIP, address: 172.18.0.11}
            """;

    static final String SERVICE = service("service.cilium.io/global: \"true\", service.cilium.io/affinity: local");

    static final String SLICE = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart-abc, namespace: shop, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            ports: [{name: http, port: 8080}]
            endpoints:
            - {addresses: [10.3.1.15], nodeName: worker-1, zone: z1}
            - {addresses: [10.3.2.4], nodeName: worker-2, conditions: {ready: false, serving: true, terminating: true}}
            """;

    static final String CART = SERVICE + "---\n" + SLICE;

    static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: cart-6d5-x1, namespace: shop, labels: {app: cart}}
            spec:
              nodeName: worker-1
              serviceAccountName: cart
              containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]
            status: {phase: Running, podIPs: [{ip: 10.3.1.15}]}
            """;

    private Samples() {}

    static String service(String annotations) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: cart, namespace: shop, labels: {app: cart}, annotations: {%s}}
                spec:
                  clusterIP: 10.103.7.9
                  selector: {app: cart}
                  ports: [{name: http, port: 80}]
                """.formatted(annotations);
    }

    static String namespace(String annotations) {
        return "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {%s}}\n".formatted(annotations);
    }
}
