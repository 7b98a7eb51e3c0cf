package io.clustermesh.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterPkiTest {

    private static final ClusterName WEST = new ClusterName("west");
    private static final AlternativeNames SERVER =
            new AlternativeNames(List.of("west.mesh.cilium.io"), List.of(IpAddress.parse("172.30.1.2")));

    private final TestClock clock = new TestClock();

    @TempDir
    Path home;

    @Test
    void shouldIssueEveryLeafOfTheContract() throws Exception {
        ClusterPki.issueAll(home, WEST, SERVER, clock);

        assertThat(subject("etcd-server")).isEqualTo("CN=etcd-server.west");
        assertThat(subject("server")).isEqualTo("CN=clustermesh-apiserver.west");
        assertThat(subject("admin")).isEqualTo("CN=admin-west");
        assertThat(subject("local")).isEqualTo("CN=local-west");
        assertThat(subject("remote")).isEqualTo("CN=remote-west");
        assertThat(leaf("etcd-server").getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "localhost"),
                        List.of(2, "west.mesh.cilium.io"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "172.30.1.2"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(leaf("admin").getSubjectAlternativeNames()).containsExactly(List.of(2, LeafName.ADMIN_DNS));
        assertThat(leaf("remote").getSubjectAlternativeNames()).isNull();
        assertThat(leaf("server").getSubjectAlternativeNames())
                .contains(List.of(2, "west.mesh.cilium.io"), List.of(7, "172.30.1.2"), List.of(7, "127.0.0.1"));
        for (LeafName name : LeafName.values()) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("pki/" + name.file() + ".key"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void shouldChangeNothingWhenAllIsThere() throws Exception {
        ClusterPki.issueAll(home, WEST, SERVER, clock);
        X509Certificate before = leaf("server");

        ClusterPki.issueAll(home, WEST, SERVER, clock);

        assertThat(leaf("server")).isEqualTo(before);
    }

    @Test
    void shouldIssueAgainForANewAddress() throws Exception {
        ClusterPki.issueAll(home, WEST, SERVER, clock);
        X509Certificate admin = leaf("admin");

        ClusterPki.issueAll(home, WEST, new AlternativeNames(List.of(), List.of(IpAddress.parse("172.30.9.2"))), clock);

        assertThat(leaf("server").getSubjectAlternativeNames()).contains(List.of(7, "172.30.9.2"));
        assertThat(leaf("admin")).isEqualTo(admin);
    }

    @Test
    void shouldRenewWhenLessThanAThirdIsLeft() throws Exception {
        ClusterPki pki = ClusterPki.issueAll(home, WEST, SERVER, clock);
        X509Certificate before = leaf("server");

        clock.advance(Duration.ofDays(240));
        assertThat(pki.renewDue()).isEmpty();
        clock.advance(Duration.ofDays(10));
        assertThat(pki.renewDue()).containsExactlyInAnyOrder(LeafName.values());

        X509Certificate after = leaf("server");
        assertThat(after.getNotAfter()).isAfter(before.getNotAfter());
        assertThat(after.getPublicKey()).as("the key stays").isEqualTo(before.getPublicKey());
        assertThat(after.getSubjectAlternativeNames())
                .containsExactlyInAnyOrderElementsOf(before.getSubjectAlternativeNames());
        assertThat(pki.renewDue()).isEmpty();
    }

    @Test
    void shouldTellHowLongEachLasts() {
        ClusterPki pki = ClusterPki.issueAll(home, WEST, SERVER, clock);

        List<CertificateExpiry> expiries = pki.expiries();

        assertThat(expiries).hasSize(1 + LeafName.values().length);
        assertThat(expiries.getFirst().subject()).isEqualTo("CN=ClusterMesh CA west");
        assertThat(expiries.getLast().left(clock.now()).toDays()).isBetween(364L, 365L);
    }

    @Test
    void shouldBeAcceptedByOpenssl() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        ClusterPki.issueAll(home, WEST, SERVER);
        Path pki = home.resolve("pki");

        for (String purpose : List.of(
                "etcd-server sslserver",
                "etcd-server sslclient",
                "server sslserver",
                "admin sslclient",
                "local sslclient",
                "remote sslclient")) {
            String[] words = purpose.split(" ");
            assertThat(openssl(
                            "verify",
                            "-x509_strict",
                            "-purpose",
                            words[1],
                            "-CAfile",
                            pki + "/ca.crt",
                            pki + "/" + words[0] + ".crt"))
                    .contains(": OK");
        }
        assertThat(openssl("pkey", "-in", pki + "/admin.key", "-noout", "-text"))
                .contains("prime256v1");
        assertThat(openssl("x509", "-in", pki + "/ca.crt", "-noout", "-fingerprint", "-sha256"))
                .contains(Fingerprint.of(
                                PemFiles.readCertificates(pki.resolve("ca.crt")).getFirst())
                        .hex());
    }

    private static String openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private String subject(String name) throws Exception {
        return leaf(name).getSubjectX500Principal().getName();
    }

    private X509Certificate leaf(String name) {
        return PemFiles.readCertificates(home.resolve("pki/" + name + ".crt")).getFirst();
    }
}
