package io.clustermesh.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCaTest {

    private static final ClusterName WEST = new ClusterName("west");

    @TempDir
    Path home;

    @Test
    void shouldMakeASelfSignedAuthorityThatLastsTenYears() throws Exception {
        TestClock clock = new TestClock();

        X509Certificate ca =
                ClusterCa.createIn(home.resolve("pki"), WEST, clock).certificate();

        ca.verify(ca.getPublicKey());
        assertThat(ca.getSubjectX500Principal().getName()).isEqualTo("CN=ClusterMesh CA west");
        assertThat(ca.getBasicConstraints()).isZero();
        assertThat(ca.getKeyUsage()[5]).as("may sign certificates").isTrue();
        assertThat(ca.getKeyUsage()[0]).as("may sign handshakes").isFalse();
        assertThat(ca.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(ca.getSerialNumber().signum()).isPositive();
        assertThat(ca.getNonCriticalExtensionOIDs()).contains("2.5.29.14", "2.5.29.35");
        assertThat(Duration.between(clock.now(), ca.getNotAfter().toInstant()).toDays())
                .isBetween(3649L, 3650L);
    }

    @Test
    void shouldKeepTheKeyFromOthers() throws Exception {
        Path pki = home.resolve("pki");

        ClusterCa.createIn(pki, WEST);

        assertThat(mode(pki)).isEqualTo("rwx------");
        assertThat(mode(pki.resolve("ca.key"))).isEqualTo("rw-------");
        assertThat(mode(pki.resolve("ca.crt"))).isEqualTo("rw-r--r--");
        try (var files = Files.list(pki)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("ca.key", "ca.crt");
        }
    }

    @Test
    void shouldRefuseToOverwriteAnAuthority() throws Exception {
        ClusterCa first = ClusterCa.createIn(home, WEST);

        assertThatThrownBy(() -> ClusterCa.createIn(home, WEST))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("never overwritten");
        Files.delete(home.resolve("ca.crt"));
        assertThatThrownBy(() -> ClusterCa.createIn(home, WEST))
                .as("the key alone is reason enough")
                .hasMessageContaining("ca.key exists");
        PemFiles.writeCertificate(home.resolve("ca.crt"), first.certificate());
        assertThat(ClusterCa.load(home).certificate()).isEqualTo(first.certificate());
    }

    @Test
    void shouldRefuseAKeyThatIsNotTheCertificates() {
        Path other = home.resolve("other");
        ClusterCa.createIn(home, WEST);
        ClusterCa stranger = ClusterCa.createIn(other, WEST);
        PemFiles.writeCertificate(home.resolve("ca.crt"), stranger.certificate());

        assertThatThrownBy(() -> ClusterCa.load(home)).hasMessageContaining("is not the key of ca.crt");
    }

    @Test
    void shouldIssueALeafThatSaysWhatWasAsked() throws Exception {
        ClusterCa ca = ClusterCa.createIn(home, WEST);
        AlternativeNames names = new AlternativeNames(
                List.of("west.mesh.cilium.io"), List.of(IpAddress.parse("172.30.1.2"), IpAddress.parse("fd30:1::2")));

        X509Certificate leaf =
                ca.issue(LeafRequest.server("server.west", names)).certificate();

        leaf.verify(ca.certificate().getPublicKey());
        assertThat(ca.issued(leaf)).isTrue();
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=server.west");
        assertThat(leaf.getIssuerX500Principal()).isEqualTo(ca.certificate().getSubjectX500Principal());
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "west.mesh.cilium.io"), List.of(7, "172.30.1.2"), List.of(7, "fd30:1:0:0:0:0:0:2"));
    }

    @Test
    void shouldNotOutliveItsAuthority() {
        TestClock clock = new TestClock();
        ClusterCa ca = ClusterCa.createIn(home, WEST, clock);

        clock.advance(Duration.ofDays(3600));

        assertThat(ca.issue(LeafRequest.client("local-west")).certificate().getNotAfter())
                .isEqualTo(ca.certificate().getNotAfter());
        clock.advance(Duration.ofDays(60));
        assertThatThrownBy(() -> ca.issue(LeafRequest.client("local-west"))).hasMessageContaining("expired at");
    }

    @Test
    void shouldNotTakeAnotherAuthoritysLeafForItsOwn() {
        ClusterCa ca = ClusterCa.createIn(home.resolve("one"), WEST);
        ClusterCa other = ClusterCa.createIn(home.resolve("two"), WEST);

        assertThat(ca.issued(other.issue(LeafRequest.client("local-west")).certificate()))
                .isFalse();
    }

    @Test
    void shouldRefuseRequestsThatNoClientWouldAccept() {
        assertThatThrownBy(() -> LeafRequest.server("x", AlternativeNames.NONE))
                .hasMessageContaining("no alternative names");
        assertThatThrownBy(() -> LeafRequest.client(" ")).hasMessageContaining("1 to 64");
        assertThatThrownBy(() -> LeafRequest.client("x".repeat(65))).hasMessageContaining("1 to 64");
        assertThatThrownBy(() -> new AlternativeNames(List.of("a b"), List.of()))
                .hasMessageContaining("no DNS name");
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
