package io.clustermesh.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.clustermesh.certs.TrustChange.Rule;
import io.clustermesh.model.ClusterName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustBundleTest {

    private static final ClusterName WEST = new ClusterName("west");
    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName NORTH = new ClusterName("north");

    private final TestClock clock = new TestClock();

    @TempDir
    Path dir;

    private ClusterCa own;
    private ClusterCa east;
    private TrustBundle bundle;

    @BeforeEach
    void twoClusters() {
        own = ClusterCa.createIn(dir.resolve("west/pki"), WEST, clock);
        east = ClusterCa.createIn(dir.resolve("east/pki"), EAST, clock);
        bundle = new TrustBundle(dir.resolve("west"), WEST, own.certificate(), clock);
    }

    @Test
    void shouldTrustAPeersAuthority() {
        assertThat(bundle.add(EAST, dir.resolve("east/pki/ca.crt"))).isInstanceOf(TrustChange.Added.class);

        assertThat(bundle.list()).singleElement().satisfies(peer -> {
            assertThat(peer.name()).isEqualTo(EAST);
            assertThat(peer.certificate()).isEqualTo(east.certificate());
            assertThat(peer.file()).isEqualTo(dir.resolve("west/trust/east.crt"));
            assertThat(peer.fingerprint()).isEqualTo(Fingerprint.of(east.certificate()));
        });
        assertThat(bundle.add(EAST, east.certificate())).isInstanceOf(TrustChange.AlreadyTrusted.class);
    }

    @Test
    void shouldForgetAPeer() {
        bundle.add(EAST, east.certificate());

        assertThat(bundle.remove(EAST)).isTrue();

        assertThat(bundle.list()).isEmpty();
        assertThat(bundle.remove(EAST)).isFalse();
    }

    @Test
    void shouldRefuseALeaf() {
        assertRefused(
                bundle.add(EAST, east.issue(LeafRequest.client("remote-east")).certificate()), Rule.IS_A_CA);
    }

    @Test
    void shouldRefuseSeveralCertificatesInOneFile() throws Exception {
        Path both = dir.resolve("both.crt");
        Files.writeString(both, PemFiles.pem(east.certificate()) + PemFiles.pem(own.certificate()));

        assertRefused(bundle.add(EAST, both), Rule.IS_A_CA);
    }

    @Test
    void shouldRefuseAnExpiredAuthority() {
        clock.advance(Duration.ofDays(4000));

        assertRefused(bundle.add(EAST, east.certificate()), Rule.IS_VALID_NOW);
    }

    @Test
    void shouldRefuseOurOwnKeyAndName() {
        assertRefused(bundle.add(EAST, own.certificate()), Rule.IS_NOT_OUR_KEY);
        assertRefused(bundle.add(WEST, east.certificate()), Rule.IS_ANOTHER_CLUSTER);
    }

    @Test
    void shouldRefuseOneKeyUnderTwoNames() {
        bundle.add(EAST, east.certificate());

        assertRefused(bundle.add(NORTH, east.certificate()), Rule.HAS_ONE_NAME);
    }

    @Test
    void shouldNotReplaceAnAuthorityInPassing() {
        bundle.add(EAST, east.certificate());
        ClusterCa impostor = ClusterCa.createIn(dir.resolve("impostor"), EAST, clock);

        assertRefused(bundle.add(EAST, impostor.certificate()), Rule.DOES_NOT_REPLACE);

        assertThat(bundle.list().getFirst().certificate()).isEqualTo(east.certificate());
    }

    @Test
    void shouldNameTheFileThatIsNoCertificate() throws Exception {
        Path trust = Files.createDirectories(dir.resolve("west/trust"));
        Files.writeString(trust.resolve("east.crt"), "no certificate");

        assertThatThrownBy(() -> bundle.list())
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("east.crt");
    }

    private static void assertRefused(TrustChange change, Rule rule) {
        assertThat(change)
                .asInstanceOf(type(TrustChange.Refused.class))
                .extracting(TrustChange.Refused::rule)
                .isEqualTo(rule);
    }
}
