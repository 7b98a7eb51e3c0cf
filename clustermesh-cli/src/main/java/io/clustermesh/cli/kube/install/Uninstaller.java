package io.clustermesh.cli.kube.install;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;

/** Takes out of a cluster exactly what "enable" put there, in the reverse order. */
public final class Uninstaller {

    private final KubeSite site;

    /** @param site the cluster */
    public Uninstaller(KubeSite site) {
        this.site = site;
    }

    /**
     * Deletes it all.
     *
     * @param force although there are peers, which go on trusting us until they disconnect
     * @return what was deleted, in words
     */
    public List<String> uninstall(boolean force) {
        Inventory inventory = new Inventory(site);
        SequencedSet<Inventory.Entry> made = inventory
                .read()
                .orElseThrow(() -> new CommandFailed(
                        "\"clustermesh enable\" made nothing in namespace %s of %s"
                                .formatted(site.namespace(), site.target().title()),
                        "name the namespace with -n; what Helm installed, Helm uninstalls"));
        TreeSet<String> peers = new TreeSet<>(
                site.secret(Names.PEERS).map(ConnectionFiles::peers).orElse(List.of()));
        site.secret(Names.TRUST)
                .ifPresent(trust -> trust.data().keySet().forEach(file -> peers.add(file.replaceAll("\\.crt$", ""))));
        if (!peers.isEmpty() && !force) {
            throw new CommandFailed(
                    "%s is connected with %s".formatted(site.target().title(), peers),
                    "clustermesh disconnect%s --peer %s first, or --force, after which the peers must disconnect themselves"
                            .formatted(site.target().options(), String.join(",", peers)));
        }
        List<String> deleted = made.reversed().stream()
                .filter(entry -> delete(site, entry))
                .map(Inventory.Entry::toString)
                .toList();
        delete(site, new Inventory.Entry("v1", "Secret", site.namespace(), Names.TOKENS));
        inventory.delete();
        return deleted;
    }

    /** Whether there was something to delete. */
    static boolean delete(KubeSite site, Inventory.Entry entry) {
        return !site.ask(
                        "delete " + entry,
                        kube -> kube.resource(entry.reference(site)).delete())
                .isEmpty();
    }
}
