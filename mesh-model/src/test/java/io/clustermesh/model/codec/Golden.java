package io.clustermesh.model.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Decoded;
import java.nio.charset.StandardCharsets;

/** JSON texts as Cilium 1.20 writes them, from its documentation and tests. */
final class Golden {

    static final String CONFIG = """
        {"id":3,"capabilities":{"syncedCanaries":true,"maxConnectedClusters":255,"serviceExportsEnabled":false,"endpointSlicesExportMode":"services-and-endpointslices"}}\
        """;

    static final String NODE = """
        {"Name":"worker-1","Cluster":"east","IPAddresses":[{"Type":"InternalIP","IP":"172.18.0.11"},{"Type":"CiliumInternalIP","IP":"10.3.1.200"}],"IPv4AllocCIDR":{"IP":"10.3.1.0","Mask":"////AA=="},"IPv4SecondaryAllocCIDRs":null,"IPv6AllocCIDR":null,"IPv6SecondaryAllocCIDRs":null,"IPv4HealthIP":"10.3.1.77","IPv6HealthIP":"","IPv4IngressIP":"","IPv6IngressIP":"","ClusterID":3,"Source":"custom-resource","EncryptionKey":0,"Labels":{"topology.kubernetes.io/zone":"z1"},"Annotations":null,"WireguardPubKey":"","BootID":"0f6c2a0e-6f0e-4a0e-9a55-2f7f5f1f8a10"}\
        """;

    static final String IP = """
        {"IP":"10.3.1.15","Mask":null,"HostIP":"172.18.0.11","ID":201234,"Key":0,"Metadata":"","K8sNamespace":"shop","K8sPodName":"cart-6d5-x1","K8sServiceAccount":"cart","NamedPorts":[{"Name":"http","Port":8080,"Protocol":"TCP"}]}\
        """;

    static final String SERVICE = """
        {"cluster":"east","namespace":"shop","name":"cart","frontends":{"10.103.7.9":{"http":{"Protocol":"TCP","Port":80}}},"backends":{"10.3.1.15":{"http":{"Protocol":"TCP","Port":8080}},"10.3.2.4":{"http":{"Protocol":"TCP","Port":8080}}},"zones":{"10.3.1.15":{"zone":"z1","forZones":[{"name":"z1"}]}},"labels":{"app":"cart"},"selector":{"app":"cart"},"includeExternal":true,"shared":true,"clusterID":3}\
        """;

    static final String MESH_SERVICE = """
        {"cluster":"west","namespace":"shop","name":"cart","frontends":["10.101.0.9","fd20:1::9"],"ports":[{"name":"http","protocol":"TCP","port":80}],"affinity":"local","shared":true,"backends":[{"ip":"10.1.1.15","ports":{"http":{"protocol":"TCP","port":8080}},"state":"active","node":"west-n1","zone":"z1"}]}\
        """;

    static final String EXPORT = """
        {"cluster":"east","name":"cart","namespace":"shop","exportCreationTimestamp":"2026-05-04T08:00:00Z","ports":[{"name":"http","protocol":"TCP","port":80}],"type":"ClusterSetIP","sessionAffinity":"None","ipFamilies":["IPv4"],"internalTrafficPolicy":"Cluster"}\
        """;

    private Golden() {}

    static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    static <T> T value(Decoded<T> decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Value.class);
        return decoded.asOptional().orElseThrow();
    }

    static String reason(Decoded<?> decoded) {
        return switch (decoded) {
            case Decoded.Malformed<?>(String reason) -> reason;
            case Decoded.Value<?> value -> throw new AssertionError("decoded to " + value);
        };
    }
}
