package io.clustermesh.apiserver.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.publish.OwnCluster;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.MeshSize;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeshClaimsTest {

    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName NORTH = new ClusterName("north");

    private final MeshClaims claims = new MeshClaims(new OwnCluster(
            new ClusterName("west"),
            new ClusterId(1),
            MeshSize.CLUSTERS_255,
            List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd10:1::/32"))));

    private Optional<String> claim(ClusterName peer, String node, String... cidrs) {
        return claims.claim(peer, node, List.of(cidrs).stream().map(Cidr::parse).toList());
    }

    private Optional<String> ip(ClusterName peer, String ip) {
        return claims.obstacle(peer, IpAddress.parse(ip));
    }

    @Test
    void shouldKeepOurBlocksToOurselvesInBothFamilies() {
        assertThat(claim(EAST, "n1", "10.1.9.0/24"))
                .contains("10.1.9.0/24 overlaps pod CIDR 10.1.0.0/16 of our own cluster west");
        assertThat(claim(EAST, "n1", "10.0.0.0/8")).isPresent();
        assertThat(ip(EAST, "fd10:1::5")).contains("fd10:1::5 lies in pod CIDR fd10:1::/32 of our own cluster west");
        assertThat(ip(EAST, "10.2.0.1")).isEmpty();
    }

    @Test
    void shouldLetTheFirstPeerOwnABlockUntilItGoes() {
        assertThat(claim(EAST, "n1", "10.2.1.0/24", "fd10:2:1::/64")).isEmpty();

        assertThat(claim(NORTH, "n1", "10.2.0.0/16"))
                .contains("10.2.0.0/16 overlaps pod CIDR 10.2.1.0/24 of peer east");
        assertThat(claim(NORTH, "n1", "10.2.1.128/25")).isPresent();
        assertThat(ip(NORTH, "fd10:2:1::7")).isPresent();
        assertThat(ip(EAST, "fd10:2:1::7")).isEmpty();

        claims.release(EAST);
        assertThat(claim(NORTH, "n1", "10.2.0.0/16")).isEmpty();
    }

    @Test
    void shouldReleaseABlockWithTheLastNodeThatUsesIt() {
        claim(EAST, "n1", "10.2.1.0/24");
        claim(EAST, "n2", "10.2.1.0/24");

        claims.releaseNode(EAST, "n1");
        assertThat(ip(NORTH, "10.2.1.1")).isPresent();
        claim(EAST, "n2", "10.2.2.0/24");
        assertThat(ip(NORTH, "10.2.1.1")).isEmpty();
    }

    @Test
    void shouldReserveEachIdOnce() {
        assertThat(claims.reserve(EAST, new ClusterId(1))).contains(new ClusterName("west"));
        assertThat(claims.reserve(EAST, new ClusterId(2))).isEmpty();
        assertThat(claims.reserve(EAST, new ClusterId(2))).isEmpty();
        assertThat(claims.reserve(NORTH, new ClusterId(2))).contains(EAST);
    }
}
