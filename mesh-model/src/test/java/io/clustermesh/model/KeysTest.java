package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Keys.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The paths of Cilium's schema, as its sources spell them. */
class KeysTest {

    private static final ClusterName EAST = new ClusterName("east");

    @Test
    void shouldSpellTheKeysOfACluster() {
        assertThat(Keys.clusterConfig(EAST)).isEqualTo("cilium/cluster-config/east");
        assertThat(Keys.node(EAST, "worker-1")).isEqualTo("cilium/state/nodes/v1/east/worker-1");
        assertThat(Keys.service(EAST, new ServiceName("shop", "cart")))
                .isEqualTo("cilium/state/services/v1/east/shop/cart");
        assertThat(Keys.endpointSlice(EAST, "shop", "cart-x7"))
                .isEqualTo("cilium/state/endpointslices/v1/east/shop/cart-x7");
        assertThat(Keys.serviceExport(EAST, new ServiceName("shop", "cart")))
                .isEqualTo("cilium/state/serviceexports/v1/east/shop/cart");
        assertThat(Keys.ip(IpAddress.parse("10.3.1.15"))).isEqualTo("cilium/state/ip/v1/default/10.3.1.15");
        assertThat(Keys.identity(new NumericIdentity(201_234))).isEqualTo("cilium/state/identities/v1/id/201234");
        assertThat(Keys.syncedPrefix(EAST)).isEqualTo("cilium/synced/east/");
    }

    @ParameterizedTest
    @CsvSource({
        "NODES, cilium/state/nodes/v1/east/, cilium/cache/nodes/v1/east/",
        "SERVICES, cilium/state/services/v1/east/, cilium/cache/services/v1/east/",
        "IDENTITIES, cilium/state/identities/v1/id/, cilium/cache/identities/v1/east/id/",
        "IPS, cilium/state/ip/v1/default/, cilium/cache/ip/v1/east/",
        "ENDPOINT_SLICES, cilium/state/endpointslices/v1/east/, cilium/cache/endpointslices/v1/east/",
        "SERVICE_EXPORTS, cilium/state/serviceexports/v1/east/, cilium/cache/serviceexports/v1/east/"
    })
    void shouldTellWhereAPeerReadsAndWhereAMirrorWrites(Resource resource, String state, String cache) {
        assertThat(resource.statePrefix(EAST)).isEqualTo(state);
        assertThat(resource.cachePrefix(EAST)).isEqualTo(cache);
        assertThat(cache).startsWith(resource.drainPrefix(EAST));
    }

    @ParameterizedTest
    @CsvSource({
        "NODES, cilium/state/nodes/v1, cilium/cache/nodes/v1",
        "SERVICES, cilium/state/services/v1, cilium/cache/services/v1",
        "IDENTITIES, cilium/state/identities/v1, cilium/cache/identities/v1",
        "IPS, cilium/state/ip/v1, cilium/cache/ip/v1",
        "ENDPOINT_SLICES, cilium/state/endpointslices/v1, cilium/cache/endpointslices/v1",
        "SERVICE_EXPORTS, cilium/state/serviceexports/v1, cilium/cache/serviceexports/v1"
    })
    void shouldSpellTheCanaries(Resource resource, String state, String cache) {
        assertThat(resource.stateCanary(EAST)).isEqualTo("cilium/synced/east/" + state);
        assertThat(resource.cacheCanary(EAST)).isEqualTo("cilium/synced/east/" + cache);
    }

    @Test
    void shouldKeepOurKeysOutOfCiliumsTree() {
        assertThat(Keys.meshService(EAST, new ServiceName("shop", "cart")))
                .isEqualTo("clustermesh/state/services/v1/east/shop/cart");
        assertThat(Keys.labelSets(EAST)).isEqualTo("clustermesh/state/labels/v1/east/");
    }
}
