package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.AccessRules;
import io.clustermesh.apiserver.access.TrustDirectory;
import io.clustermesh.apiserver.access.TrustedAuthorities;
import io.clustermesh.store.runtime.Agent;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the certificate and trust files, and takes over what changed: new handshakes meet the new files at once, and
 * connections whose authority is gone are cut.
 */
final class TlsReload implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);

    private final TlsFiles files;
    private final Path trustDirectory;
    private final AccessRules rules;
    private final ServerIdentity identity;
    private final Trust trust;
    private final TrustDirectory directory;
    private final Connections connections;
    private final Clock clock;
    private final Duration interval;
    private List<Stamp> seen = List.of();
    private volatile List<String> errors = List.of();

    private record Stamp(Path file, long bytes, String changed) {}

    TlsReload(ApiConfig config, Trust trust, ServerIdentity identity, Connections connections, Clock clock) {
        this.files = config.tls();
        this.trustDirectory = config.trustDirectory();
        this.interval = config.limits().reloadInterval();
        this.rules = new AccessRules(config.cluster());
        this.trust = trust;
        this.identity = identity;
        this.connections = connections;
        this.clock = clock;
        this.directory = new TrustDirectory(files.trust(), trustDirectory);
    }

    @Override
    public String roleName() {
        return "tls-reload";
    }

    @Override
    public void doWork() throws InterruptedException {
        clock.sleep(interval);
        reloadIfChanged();
    }

    /** What can't be used now, one sentence for each file; any thread. */
    List<String> errors() {
        return errors;
    }

    /** Once before the server starts, on the starting thread; then on the agent's. */
    void reloadIfChanged() {
        List<Stamp> now = stamps();
        if (now.equals(seen)) {
            return;
        }
        List<String> found = new ArrayList<>();
        identity.reload().ifPresent(found::add);
        TrustDirectory.Reading reading = directory.read();
        found.addAll(reading.errors());
        trust.replace(TrustedAuthorities.of(rules, reading.certificates()));
        int cut = connections.recheck(trust.authorities());
        LOG.atInfo()
                .addKeyValue("authorities", trust.authorities().anchors())
                .addKeyValue("connectionsCut", cut)
                .log("certificates and trust read");
        found.stream()
                .filter(error -> !errors.contains(error))
                .forEach(error -> LOG.atError()
                        .addKeyValue("cause", error)
                        .log("a TLS file can't be used; what it said before stays in force"));
        errors = List.copyOf(found);
        // a file that can't be used yet may be half written: look again although nothing changes any more
        seen = found.isEmpty() ? now : List.of();
    }

    private List<Stamp> stamps() {
        List<Stamp> stamps = new ArrayList<>();
        Stream.of(files.trust(), files.certificate(), files.key()).forEach(file -> stamps.add(stamp(file)));
        try (Stream<Path> peers = Files.list(trustDirectory)) {
            peers.sorted().forEach(file -> stamps.add(stamp(file)));
        } catch (IOException e) {
            stamps.add(new Stamp(trustDirectory, -1, ""));
        }
        return stamps;
    }

    private static Stamp stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(file, attributes.size(), attributes.lastModifiedTime() + "/" + attributes.fileKey());
        } catch (IOException e) {
            return new Stamp(file, -1, "");
        }
    }
}
