package io.clustermesh.cli.kube.install;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clustermesh.certs.ClusterCa;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.Addresses;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.manifests.ChartRenderer;
import io.clustermesh.store.runtime.Clock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Enables a cluster; may be run any number of times.
 *
 * <pre>
 * who are we? ──► namespace ──► Services ──► wait for an address ──► Secrets ──► everything else ──► prune
 *  (checked)                                     │                     ▲
 *                                                └── certificate and cluster.yaml name it
 * </pre>
 *
 * The Service goes first because its address stands in the certificate and in what peers are told; Secrets go before the
 * pods that mount them.
 */
public final class Installer {

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final KubeSite site;
    private final ChartRenderer chart;
    private final Console console;
    private final Clock clock;

    /** @param chart what all workloads come from */
    public Installer(KubeSite site, ChartRenderer chart, Console console, Clock clock) {
        this.site = site;
        this.chart = chart;
        this.console = console;
        this.clock = clock;
    }

    /** Checks, then writes; the cluster as it is then. */
    public ClusterFile install(Wishes wishes) throws InterruptedException {
        ClusterFile decided = new Identities(site).decide(wishes.identity());
        refuseForeign();
        ClusterFile first = at(decided, wishes.endpoint().orElse(decided.endpoint()));
        SequencedSet<Inventory.Entry> before = new Inventory(site).read().orElseGet(LinkedHashSet::new);
        boolean ownNamespace = namespace(first, wishes, before);
        List<HasMetadata> objects = objects(first, wishes);
        rehearse(objects);
        SequencedSet<Inventory.Entry> made = new LinkedHashSet<>(before);
        if (ownNamespace) {
            made.add(new Inventory.Entry("v1", "Namespace", "", site.namespace()));
        }
        objects.forEach(object -> made.add(Inventory.Entry.of(object)));
        new Inventory(site).write(made);

        objects.stream().filter(Service.class::isInstance).forEach(object -> Applying.apply(site, object));
        ClusterFile file = wishes.endpoint().isPresent() ? first : at(first, address(first, wishes));
        SequencedSet<Inventory.Entry> secrets = secrets(file, made);
        List<HasMetadata> all = objects(file, wishes);
        all.forEach(object -> Applying.apply(site, object));
        prune(made, all, secrets, ownNamespace);
        return file;
    }

    private static ClusterFile at(ClusterFile file, URI endpoint) {
        return new ClusterFile(file.name(), file.id(), file.meshSize(), file.blocks(), endpoint);
    }

    /** What the chart makes of it; of a cluster whose workloads are somebody else's, only who it is. */
    private List<HasMetadata> objects(ClusterFile file, Wishes wishes) {
        if (wishes.secretsOnly()) {
            return List.of();
        }
        return rendered(file, wishes)
                .filter(object -> !(object instanceof Namespace))
                .toList();
    }

    private Stream<HasMetadata> rendered(ClusterFile file, Wishes wishes) {
        return chart.render(site.namespace(), values(file, wishes)).stream()
                .map(manifest -> site.parse(manifest.yaml()));
    }

    private static ObjectNode values(ClusterFile file, Wishes wishes) {
        ObjectNode values = wishes.values().deepCopy();
        values.withObjectProperty("namespace").put("create", true);
        ObjectNode cluster = values.withObjectProperty("cluster");
        cluster.put("name", file.name().value());
        cluster.put("id", file.id().value());
        cluster.put("meshSize", file.meshSize().maxClusters());
        cluster.put("endpoint", file.endpoint().toString());
        ObjectMapper json = new ObjectMapper();
        cluster.set(
                "podCidrs",
                json.valueToTree(
                        file.blocks().pods().stream().map(Object::toString).toList()));
        cluster.set(
                "serviceCidrs",
                json.valueToTree(
                        file.blocks().services().stream().map(Object::toString).toList()));
        return values;
    }

    /** A mesh-apiserver of somebody else's, Cilium's or Helm's, is not taken over. */
    private void refuseForeign() {
        if (new Inventory(site).read().isPresent()) {
            return;
        }
        Optional<Service> service = site.ask(
                "read Service " + Names.APISERVER,
                kube -> Optional.ofNullable(kube.services()
                        .inNamespace(site.namespace())
                        .withName(Names.APISERVER)
                        .get()));
        service.ifPresent(it -> {
            Map<String, String> notes =
                    Optional.ofNullable(it.getMetadata().getAnnotations()).orElse(Map.of());
            throw new CommandFailed(
                    "namespace %s of %s has a Service %s already, made by %s"
                            .formatted(
                                    site.namespace(),
                                    site.target().title(),
                                    Names.APISERVER,
                                    notes.getOrDefault("meta.helm.sh/release-name", "somebody else")),
                    "name another namespace with -n, or remove what is there with the tool that made it");
        });
    }

    /** Makes the namespace if it is not there; whether it is ours. */
    private boolean namespace(ClusterFile file, Wishes wishes, Set<Inventory.Entry> before) {
        boolean made = rendered(file, wishes)
                .filter(Namespace.class::isInstance)
                .anyMatch(namespace -> Applying.create(site, namespace));
        return made || before.stream().anyMatch(entry -> entry.kind().equals("Namespace"));
    }

    /** The API server says what it would refuse before the first object is written. */
    private void rehearse(List<HasMetadata> objects) {
        objects.forEach(object -> Applying.rehearse(site, object));
    }

    /**
     * The Service's, for which a new cluster waits; until it has one, what was said before. A node's address is only taken
     * where no load balancer comes: the connections of peers would hang on that one node.
     */
    private URI address(ClusterFile file, Wishes wishes) throws InterruptedException {
        boolean isNew = file.endpoint().equals(new Identities(site).inside());
        long deadline = clock.monotonicNanos() + wishes.addressWait().toNanos();
        while (isNew
                && !wishes.secretsOnly()
                && clock.monotonicNanos() < deadline
                && (Addresses.awaitsLoadBalancer(site)
                        || Addresses.of(site, Names.ETCD_PORT).isEmpty())) {
            clock.sleep(PAUSE);
        }
        List<String> found = Addresses.of(site, Names.ETCD_PORT);
        if (!found.isEmpty()) {
            return URI.create("https://" + found.getFirst());
        }
        if (!isNew) {
            return file.endpoint();
        }
        console.progress(
                "warning: Service %s has no address that peers could reach; run \"clustermesh enable\" again when it has one, or give --endpoint"
                        .formatted(Names.APISERVER));
        return file.endpoint();
    }

    /** The CA, the leaves that are due, and the two Secrets that connections fill; what of it was made here. */
    private SequencedSet<Inventory.Entry> secrets(ClusterFile file, SequencedSet<Inventory.Entry> before) {
        SequencedSet<Inventory.Entry> ours = new LinkedHashSet<>();
        Pki pki = new Pki(site, clock);
        Optional<ClusterCa> existing = pki.ca();
        ClusterCa ca = existing.orElseGet(() -> ClusterCa.generate(file.name(), clock));
        if (existing.isEmpty()) {
            createNoted(Names.CA, Pki.content(ca), before, ours);
        } else {
            note(Names.CA, before, ours);
        }
        Map<String, Map<String, String>> due = pki.due(ca, file);
        for (String name : Pki.requests(file, site.namespace()).keySet()) {
            ours.add(entry(name));
        }
        SequencedSet<Inventory.Entry> journal = new LinkedHashSet<>(before);
        journal.addAll(ours);
        new Inventory(site).write(journal);
        due.forEach((name, content) -> {
            Applying.apply(site, Applying.secret(site, name, content));
            console.progress("certificate %s issued".formatted(name));
        });
        createNoted(Names.PEERS, Map.of(), before, ours);
        createNoted(Names.TRUST, Map.of(), before, ours);
        return ours;
    }

    /** What was there before us stays there after us. */
    private void createNoted(
            String name, Map<String, String> content, Set<Inventory.Entry> before, Set<Inventory.Entry> ours) {
        if (Applying.create(site, Applying.secret(site, name, content))) {
            ours.add(entry(name));
        } else {
            note(name, before, ours);
        }
    }

    private void note(String name, Set<Inventory.Entry> before, Set<Inventory.Entry> ours) {
        if (before.contains(entry(name))) {
            ours.add(entry(name));
        }
    }

    private Inventory.Entry entry(String secret) {
        return new Inventory.Entry("v1", "Secret", site.namespace(), secret);
    }

    /** Deletes what an earlier run made and this one did not, and leaves the inventory exact. */
    private void prune(
            SequencedSet<Inventory.Entry> before,
            List<HasMetadata> objects,
            SequencedSet<Inventory.Entry> secrets,
            boolean ownNamespace) {
        SequencedSet<Inventory.Entry> now = new LinkedHashSet<>();
        if (ownNamespace) {
            now.add(new Inventory.Entry("v1", "Namespace", "", site.namespace()));
        }
        now.addAll(secrets);
        objects.forEach(object -> now.add(Inventory.Entry.of(object)));
        for (Inventory.Entry entry : before) {
            if (!now.contains(entry) && !entry.name().equals(Names.TOKENS)) {
                Uninstaller.delete(site, entry);
                console.progress("%s is not needed any more and was deleted".formatted(entry));
            }
        }
        new Inventory(site).write(now);
    }
}
