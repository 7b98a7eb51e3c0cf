package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterEndpointSlice;
import io.clustermesh.model.ClusterEndpointSlice.Conditions;
import io.clustermesh.model.ClusterEndpointSlice.Endpoint;
import io.clustermesh.model.ClusterEndpointSlice.EndpointTopology;
import io.clustermesh.model.ClusterEndpointSlice.Meta;
import io.clustermesh.model.ClusterEndpointSlice.Origin;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Keys.Resource;
import io.clustermesh.model.MeshSize;
import io.clustermesh.model.codec.EndpointSliceCodec;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer, broken or hostile, may write; each is refused with its reason. */
class AdmissionTest {

    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterId EAST_ID = new ClusterId(2);

    private final MeshClaims claims = new MeshClaims(new OwnCluster(
            new ClusterName("west"), new ClusterId(1), MeshSize.CLUSTERS_255, List.of(Cidr.parse("10.1.0.0/16"))));
    private final Admission admission = new Admission(EAST, EAST_ID, claims);

    private String objection(Resource resource, String name, byte[] value) {
        return admission.objection(resource, name, value).orElse("");
    }

    private String objection(Resource resource, String name, String value) {
        return objection(resource, name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] slice(String cluster, int id, String name, String... ips) {
        List<Endpoint> endpoints = java.util.Arrays.stream(ips)
                .map(ip -> new Endpoint(
                        List.of(IpAddress.parse(ip)),
                        new Conditions(true, true, false),
                        "",
                        new EndpointTopology("", "", List.of())))
                .toList();
        return EndpointSliceCodec.encode(new ClusterEndpointSlice(
                new Origin(new ClusterName(cluster), new ClusterId(id), "shop", name),
                new Meta(Map.of(ClusterEndpointSlice.SERVICE_LABEL, "cart"), Map.of()),
                IpAddress.Family.IPV4,
                endpoints,
                List.of()));
    }

    @Test
    void shouldAdmitAPeersOwnSlicesAndExports() {
        assertThat(objection(Resource.ENDPOINT_SLICES, "shop/cart-1", slice("east", 2, "cart-1", "10.2.1.5")))
                .isEmpty();
        assertThat(objection(
                        Resource.SERVICE_EXPORTS,
                        "shop/cart",
                        new PeerRecords(new InMemoryKvStore(), "east", 2).serviceExport("shop/cart")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "north, 3, cart-1, 10.2.1.5, shop/cart-1, speaks for itself only",
        "east, 3, cart-1, 10.2.1.5, shop/cart-1, speaks for itself only",
        "east, 2, cart-2, 10.2.1.5, shop/cart-1, key and name must agree",
        "east, 2, cart-1, 10.1.0.9, shop/cart-1, lies in pod CIDR 10.1.0.0/16 of our own cluster west",
        "east, 2, cart-1, 10.3.0.9, shop/cart-1, lies in pod CIDR 10.3.1.0/16 of peer north",
    })
    void shouldRefuseForeignSlices(String cluster, int id, String name, String ip, String key, String reason) {
        claims.claim(new ClusterName("north"), "n1", List.of(Cidr.parse("10.3.0.0/16")));

        assertThat(objection(Resource.ENDPOINT_SLICES, key, slice(cluster, id, name, ip)))
                .contains(reason.replace("10.3.1.0", "10.3.0.0"));
    }

    @Test
    void shouldRefuseAForeignServiceExport() {
        byte[] north = new PeerRecords(new InMemoryKvStore(), "north", 3).serviceExport("shop/cart");
        byte[] east = new PeerRecords(new InMemoryKvStore(), "east", 2).serviceExport("shop/cart");

        assertThat(objection(Resource.SERVICE_EXPORTS, "shop/cart", north)).contains("speaks for itself only");
        assertThat(objection(Resource.SERVICE_EXPORTS, "shop/books", east)).contains("key and name must agree");
    }

    @Test
    void shouldRefuseAProtobufBomb() {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);

        assertThat(bomb).hasSizeLessThan(10_000);
        assertThat(objection(Resource.ENDPOINT_SLICES, "shop/cart-1", bomb)).contains("holds more than 16777216 bytes");
    }

    @ParameterizedTest
    @EnumSource(Resource.class)
    void shouldRefuseWhatIsNotItsFormat(Resource resource) {
        for (String value : List.of("", "{", "[]", "\u0000\u0001", "{\"cluster\":7}", "k8s:app=x")) {
            assertThat(objection(resource, "shop/cart", value))
                    .as("%s as %s", value, resource)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        70000  | k8s:io.cilium.k8s.policy.cluster=east; | outside 131072..196607
        -5     | k8s:io.cilium.k8s.policy.cluster=east; | is negative
        131400 | k8s:io.cilium.k8s.policy.cluster=west; | identities of its own
        131400 | k8s:app=cart;                          | identities of its own
        x      | k8s:io.cilium.k8s.policy.cluster=east; | decimal ids
        300    | k8s:io.cilium.k8s.policy.cluster=east; | outside 131072..196607
        """)
    void shouldRefuseIdentitiesThatAreNotThePeers(String id, String labels, String reason) {
        assertThat(objection(Resource.IDENTITIES, id, labels)).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        10.2.1.5 | {"IP":"10.2.1.5","HostIP":"172.18.0.11","ID":70000}   | outside 131072..196607
        10.2.1.6 | {"IP":"10.2.1.5","HostIP":"172.18.0.11","ID":131400}  | key and address must agree
        10.1.0.7 | {"IP":"10.1.0.7","HostIP":"172.18.0.11","ID":131400}  | of our own cluster west
        10.2.1.5 | {"IP":"10.2.1.5","HostIP":"172.18.0.11","ID":131400,"Mask":"////AA=="} | covers a block
        """)
    void shouldRefuseAddressesThatAreNotThePeers(String name, String json, String reason) {
        assertThat(objection(Resource.IPS, name, json)).contains(reason);
    }
}
