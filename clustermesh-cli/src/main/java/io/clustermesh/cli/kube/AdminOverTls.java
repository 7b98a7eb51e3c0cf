package io.clustermesh.cli.kube;

import io.clustermesh.certs.PemFiles;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.EventLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Asks the admin API of a mesh-apiserver over TCP with mutual TLS. Who answers is known by its certificate: signed by the
 * cluster's own CA and made out to its mesh-apiserver, whatever address it was reached at. Safe for several threads.
 */
final class AdminOverTls implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final HttpClient http;

    private AdminOverTls(HttpClient http) {
        this.http = http;
    }

    /**
     * @param certificate Secret of the administrator's certificate: {@code ca.crt}, {@code tls.crt}, {@code tls.key}
     * @param serverName common name that the server must have
     */
    static AdminOverTls with(SecretState certificate, String serverName) {
        String origin = "Secret " + certificate.name();
        X509Certificate[] chain = PemFiles.parseCertificates(certificate.require("tls.crt"), origin)
                .toArray(X509Certificate[]::new);
        X509Certificate ca = PemFiles.parseCertificates(certificate.require("ca.crt"), origin)
                .getFirst();
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("admin", PemFiles.parseKey(certificate.require("tls.key"), origin), new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), new TrustManager[] {ServerByName.of(ca, serverName)}, new SecureRandom());
            return new AdminOverTls(HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(tls)
                    .connectTimeout(CONNECT)
                    .build());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("%s can't be used for TLS: %s".formatted(origin, e.getMessage()), e);
        }
    }

    /** @throws IOException if nobody answers at {@code address}, or not in time */
    AdminClient.Answer send(String address, String method, String pathAndQuery) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + address + pathAndQuery))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(ANSWER)
                .build();
        HttpResponse<InputStream> response = exchange(request);
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES);
            if (bytes.length == MAX_ANSWER_BYTES) {
                throw new IOException("an answer of more than " + MAX_ANSWER_BYTES + " bytes");
            }
            return new AdminClient.Answer(response.statusCode(), new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** As {@link AdminClient#follow}. */
    String follow(String address, String path, String after, Consumer<AdminClient.StreamedEvent> consumer)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://" + address + path));
        if (!after.isEmpty()) {
            request.header("Last-Event-ID", after);
        }
        HttpResponse<InputStream> response = exchange(request.build());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            if (response.statusCode() != 200) {
                throw new IOException("it answers " + response.statusCode());
            }
            return EventLines.read(lines, after, consumer);
        }
    }

    private HttpResponse<InputStream> exchange(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + request.uri(), e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
