package io.clustermesh.apiserver.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.certs.ClusterCa;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.model.ClusterName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedAuthoritiesTest {

    private static final ClusterName WEST = new ClusterName("west");
    private static final ClusterName EAST = new ClusterName("east");
    private static final ClusterName NORTH = new ClusterName("north");

    @TempDir
    private Path directory;

    private ClusterCa west;
    private ClusterCa east;
    private TrustedAuthorities authorities;

    @BeforeEach
    void trustEast() {
        west = ClusterCa.createIn(directory.resolve("west"), WEST);
        east = ClusterCa.createIn(directory.resolve("east"), EAST);
        authorities = trusting(Map.of(new Anchor.Own(), west, new Anchor.Peer(EAST), east));
    }

    @Test
    void shouldKnowOwnAgentsAndAPeersMirror() {
        assertThat(identify(west, "local-west")).isInstanceOf(Identity.Known.class);
        assertThat(identify(east, "remote-east")).isInstanceOf(Identity.Known.class);
    }

    @Test
    void shouldGiveNoRoleToALocalNameOfAPeersCa() {
        assertThat(identify(east, "local-west"))
                .isInstanceOfSatisfying(
                        Identity.NoRole.class,
                        no -> assertThat(no.reason())
                                .startsWith("etcdserver: permission denied")
                                .contains("local-west", "CA of east"));
        assertThat(identify(east, "admin-west")).isInstanceOf(Identity.NoRole.class);
        assertThat(identify(east, "remote-north")).isInstanceOf(Identity.NoRole.class);
    }

    @Test
    void shouldTellAStrangerWhoseCertificateItShowed() {
        ClusterCa north = ClusterCa.createIn(directory.resolve("north"), NORTH);

        assertThat(identify(north, "remote-north"))
                .isInstanceOfSatisfying(
                        Identity.Stranger.class,
                        stranger -> assertThat(stranger.reason()).contains("remote-north", "own CA", "CA of east"));
        assertThat(authorities.identify(new X509Certificate[0])).isInstanceOf(Identity.Stranger.class);
    }

    @Test
    void shouldNotMixUpAuthoritiesOfOneName() {
        // another key under the same subject: "east" again, made by somebody else
        ClusterCa impostor = ClusterCa.createIn(directory.resolve("impostor"), EAST);

        assertThat(identify(impostor, "remote-east")).isInstanceOf(Identity.Stranger.class);
    }

    @Test
    void shouldLetTheFileDecideWhichPeerItIsWhenCasAreShared() {
        Map<Anchor, ClusterCa> shared = new LinkedHashMap<>();
        shared.put(new Anchor.Own(), west);
        shared.put(new Anchor.Peer(EAST), east);
        shared.put(new Anchor.Peer(NORTH), east);
        authorities = trusting(shared);

        assertThat(identify(east, "remote-east")).isInstanceOf(Identity.Known.class);
        assertThat(identify(east, "remote-north")).isInstanceOf(Identity.Known.class);
        assertThat(identify(east, "local-west")).isInstanceOf(Identity.NoRole.class);
    }

    @Test
    void shouldKeepWhatAFileSaidWhileItIsHalfWritten() throws Exception {
        Path trust = Files.createDirectories(directory.resolve("trust"));
        Files.copy(directory.resolve("east/ca.crt"), trust.resolve("east.crt"));
        TrustDirectory files = new TrustDirectory(directory.resolve("west/ca.crt"), trust);
        assertThat(files.read().certificates()).containsOnlyKeys(new Anchor.Own(), new Anchor.Peer(EAST));

        Files.writeString(trust.resolve("east.crt"), "-----BEGIN CERT");
        Files.writeString(trust.resolve("Not A Name.crt"), "");
        TrustDirectory.Reading reading = files.read();

        assertThat(reading.certificates()).containsOnlyKeys(new Anchor.Own(), new Anchor.Peer(EAST));
        assertThat(reading.errors())
                .hasSize(2)
                .anySatisfy(error -> assertThat(error).contains("east.crt", "put the PEM certificate"));

        Files.delete(trust.resolve("east.crt"));
        assertThat(files.read().certificates()).containsOnlyKeys(new Anchor.Own());
    }

    private Identity identify(ClusterCa ca, String commonName) {
        return authorities.identify(
                new X509Certificate[] {ca.issue(LeafRequest.client(commonName)).certificate()});
    }

    private static TrustedAuthorities trusting(Map<Anchor, ClusterCa> cas) {
        Map<Anchor, List<X509Certificate>> certificates = new LinkedHashMap<>();
        cas.forEach((anchor, ca) -> certificates.put(anchor, List.of(ca.certificate())));
        return TrustedAuthorities.of(new AccessRules(WEST), certificates);
    }
}
