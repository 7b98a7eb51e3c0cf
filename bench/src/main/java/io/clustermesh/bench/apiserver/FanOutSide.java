package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.bench.host.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of the two that fan out: an etcd, or mesh-apiserver before an etcd, into which the puts go. */
final class FanOutSide implements AutoCloseable {

    private static final int WARM_UP_SECONDS = 15;
    private static final int DRAIN_SECONDS = 90;
    // the generator's own clock and parsing would be the limit if it read every stamp of millions of events
    private static final int STAMPS_READ = 61;

    private final Stage stage;
    private final Etcd etcd;
    private final Optional<Product> product;
    private final int plainPort;

    /** How watchers and putters connect. */
    enum Security {
        PLAINTEXT("plaintext"),
        TLS("mutual TLS");

        private final String text;

        Security(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** etcd itself. */
    FanOutSide(Stage stage, Etcd etcd) {
        this.stage = stage;
        this.etcd = etcd;
        this.product = Optional.empty();
        this.plainPort = 0;
    }

    /**
     * mesh-apiserver before {@code etcd}.
     *
     * @param eventsPerMessage 0 for as many as there are
     */
    FanOutSide(Stage stage, Etcd etcd, Site site, int eventsPerMessage) throws InterruptedException {
        this.stage = stage;
        this.etcd = etcd;
        this.plainPort = Machine.freePort();
        String more = ", plaintext: {port: %d, role: admin}".formatted(plainPort)
                + (eventsPerMessage == 0 ? "" : ", maxEventsPerMessage: " + eventsPerMessage);
        this.product = Optional.of(Product.start(
                stage.workshop(), stage.launcher(), site, etcd, new Product.Settings(Cores.SERVERS, "1g", more)));
    }

    /** Lets the JVM compile what it will run; not counted. */
    void warmUp() {
        for (Security security : Security.values()) {
            run(security, 100, 0, WARM_UP_SECONDS);
        }
    }

    /** @param rate puts a second, 0 for as many as there can be */
    Measured run(Security security, int watchers, int rate) {
        return run(security, watchers, rate, stage.effort().seconds());
    }

    private Measured run(Security security, int watchers, int rate, double seconds) {
        List<String> arguments = new ArrayList<>(List.of("fanout"));
        if (security == Security.PLAINTEXT) {
            arguments.addAll(List.of("--put", etcd.plain()));
            arguments.addAll(List.of(
                    "--watch",
                    product.map(it -> "http://127.0.0.1:" + plainPort).orElse(etcd.plain())));
        } else {
            arguments.addAll(List.of("--put", etcd.secure(), "--put-tls", etcd.tls()));
            arguments.addAll(List.of(
                    "--watch", product.map(Product::endpoint).orElse(etcd.secure()), "--watch-tls", etcd.tls()));
        }
        arguments.addAll(List.of(
                "--watchers", String.valueOf(watchers),
                "--rate", String.valueOf(rate),
                "--every", String.valueOf(rate > 0 ? 1 : STAMPS_READ),
                "--seconds", String.valueOf(seconds),
                "--within", String.valueOf(DRAIN_SECONDS),
                "--cpu", "etcd=" + etcd.pid()));
        product.ifPresent(it -> arguments.addAll(List.of("--cpu", "apiserver=" + it.pid())));
        return stage.generator().run(arguments);
    }

    @Override
    public void close() {
        product.ifPresent(Product::close);
    }
}
