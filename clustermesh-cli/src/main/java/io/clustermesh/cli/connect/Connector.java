package io.clustermesh.cli.connect;

import io.clustermesh.certs.ClusterPki;
import io.clustermesh.certs.TrustBundle;
import io.clustermesh.certs.TrustChange;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.Homes;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes, or removes, what makes two clusters peers. Either everything is written or nothing stays. */
public final class Connector {

    private final Homes homes;
    private final Clock clock;

    /** @param homes the clusters there are */
    public Connector(Homes homes, Clock clock) {
        this.homes = homes;
        this.clock = clock;
    }

    /** Connects {@code a} and {@code b}, both ways. */
    public void connect(String a, String b) {
        ClusterHome one = home(a);
        ClusterHome other = home(b);
        List<ConnectChecks.Objection> objections = new ArrayList<>(ConnectChecks.check(one.file(), other.file()));
        if (objections.isEmpty()) {
            objections.addAll(ConnectChecks.notYetConnected(one, other));
        }
        ConnectChecks.refuseIfAny(objections);
        List<Runnable> undo = new ArrayList<>();
        try {
            trust(one, other, undo);
            trust(other, one, undo);
            point(one, other, undo);
            point(other, one, undo);
        } catch (RuntimeException e) {
            undo.reversed().forEach(Runnable::run);
            throw e;
        }
    }

    /** Parts them, also when one of them is not there any more. False if there was nothing to part. */
    public boolean disconnect(String a, String b) {
        home(homes.find(a).isPresent() ? a : b);
        boolean any = forget(a, new ClusterName(b));
        return forget(b, new ClusterName(a)) || any;
    }

    private boolean forget(String cluster, ClusterName peer) {
        Optional<ClusterHome> home = homes.find(cluster);
        boolean any = home.isPresent() && AtomicFiles.delete(home.get().peerFile(peer));
        return home.isPresent() && AtomicFiles.delete(home.get().trustFile(peer)) || any;
    }

    private ClusterHome home(String name) {
        return homes.find(name)
                .orElseThrow(() -> new CommandFailed(
                        "there is no cluster \"%s\" in %s".formatted(name, homes.directory()),
                        "name one of "
                                + homes.homes().stream()
                                        .map(home -> home.name().value())
                                        .toList()));
    }

    private void trust(ClusterHome truster, ClusterHome trusted, List<Runnable> undo) {
        ClusterPki pki = ClusterPki.open(truster.directory(), truster.name(), clock);
        TrustBundle bundle =
                new TrustBundle(truster.directory(), truster.name(), pki.ca().certificate(), clock);
        TrustChange change =
                bundle.add(trusted.name(), trusted.directory().resolve("pki").resolve("ca.crt"));
        switch (change) {
            case TrustChange.Added added -> undo.add(() -> bundle.remove(trusted.name()));
            case TrustChange.AlreadyTrusted already -> {}
            case TrustChange.Refused refused ->
                throw new CommandFailed(
                        "cluster \"%s\" can't trust \"%s\": %s"
                                .formatted(truster.name(), trusted.name(), refused.message()),
                        "clustermesh certs --home " + truster.directory().getParent());
        }
    }

    private static void point(ClusterHome from, ClusterHome to, List<Runnable> undo) {
        Path file = from.peerFile(to.name());
        boolean existed = Files.exists(file);
        AtomicFiles.write(file, connection(from, to));
        if (!existed) {
            undo.add(() -> AtomicFiles.delete(file));
        }
    }

    /** As in Cilium's clustermesh secret: an etcd client's configuration. */
    static String connection(ClusterHome from, ClusterHome to) {
        Path pki = from.directory().resolve("pki");
        return """
                endpoints:
                  - %s
                trusted-ca-file: %s
                cert-file: %s
                key-file: %s
                """.formatted(
                to.file().endpoint(), from.trustFile(to.name()), pki.resolve("remote.crt"), pki.resolve("remote.key"));
    }
}
