package io.clustermesh.cli.gather;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String KEY =
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIExampleExampleExample\n-----END EC PRIVATE KEY-----\n";

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token: abcdef123456",
                "\"password\": \"hunter22\"",
                "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0abc.c2lnbmF0dXJlLW9mLWl0",
                "clustermesh-join-1.QUJDREVGR0g.c2VhbA"
            })
    void shouldTakeSecretsOutOfAnyText(String secret) {
        String scrubbed = Scrubber.scrub("before\n" + secret + "\nafter\n");

        assertThat(scrubbed)
                .startsWith("before\n")
                .endsWith("\nafter\n")
                .contains("[scrubbed]")
                .doesNotContain("abcdef123456", "hunter22", "eyJzdWIi", "QUJDREVG");
    }

    @Test
    void shouldTakeKeysOutAsTheyAreAndEncoded() {
        String encoded = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.UTF_8));

        assertThat(Scrubber.scrub("a\n" + KEY + "b")).isEqualTo("a\n[scrubbed]\nb");
        assertThat(Scrubber.scrub("tls.key: " + encoded)).isEqualTo("tls.key: [scrubbed]");
        assertThat(Scrubber.scrub("cut in the middle: -----BEGIN PRIVATE KEY-----\nMIG"))
                .isEqualTo("cut in the middle: [scrubbed]");
    }

    @Test
    void shouldLeaveOrdinaryTextAlone() {
        String text = "state: READY\ncount: 4\ncertificate: -----BEGIN CERTIFICATE-----\nMIIB\n";

        assertThat(Scrubber.scrub(text)).isEqualTo(text);
    }

    /** A header of 512 bytes, the content, and blanks up to the next 512, as tar reads it. */
    @Test
    void shouldWriteAnArchiveThatTarReads() throws IOException, InterruptedException {
        Path file = folder.resolve("bundle.tar.gz");
        try (TarGz archive = TarGz.create(file, NOW)) {
            Bundle bundle = new Bundle(archive, "clustermesh-1");
            bundle.add("west/status.json", "{\"ready\": true}\n");
            bundle.add("west/none.yaml", "");
            bundle.add("west/big.txt", "x".repeat(Bundle.FILE_LIMIT + 1));
            bundle.finish();
            assertThat(bundle.files()).isEqualTo(3);
        }

        Process tar = new ProcessBuilder("tar", "-xzf", file.toString(), "-C", folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(said).isZero();
        assertThat(folder.resolve("clustermesh-1/west/status.json")).hasContent("{\"ready\": true}");
        assertThat(Files.readString(folder.resolve("clustermesh-1/west/big.txt")))
                .endsWith("characters]\n")
                .contains("[cut: ");
        assertThat(folder.resolve("clustermesh-1/README")).content().contains("nothing");
        assertThat(Files.getLastModifiedTime(folder.resolve("clustermesh-1/README"))
                        .toInstant())
                .isEqualTo(NOW);
    }

    @Test
    void shouldStopAtTheBundlesLimitAndSaySo() throws IOException {
        Path file = folder.resolve("full.tar.gz");
        try (TarGz archive = TarGz.create(file, NOW)) {
            Bundle bundle = new Bundle(archive, "b", 1000);
            for (int i = 0; i < 3; i++) {
                bundle.add("part" + i, "y".repeat(400));
            }
            bundle.finish();
            assertThat(bundle.files()).isEqualTo(2);
        }
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("full at 1000 characters: [part2]");
        }
    }
}
