package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubePod;
import io.clustermesh.apiserver.source.ObjectKey;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpRecord;
import io.clustermesh.model.Keys;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.codec.IpCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pods with addresses of their own: their label sets, which ask for an identity, and their addresses, which wait for
 * it. Owned by one thread.
 */
final class PodTable {

    private final OwnCluster cluster;
    private final Namespaces namespaces;
    private final NodeTable nodes;
    private final Identities identities = new Identities();
    private final Map<ObjectKey, KubePod> pods = new HashMap<>();
    /** Label string of each pod that takes part in the mesh. */
    private final Map<ObjectKey, String> labelsOf = new HashMap<>();

    private final Map<String, Set<ObjectKey>> podsWith = new HashMap<>();
    private final Claims<IpAddress, ObjectKey> addresses = new Claims<>();
    private final Set<String> touchedNamespaces = new HashSet<>();
    private final Set<String> touchedNodes = new HashSet<>();
    private final Set<IpAddress> touchedIps = new LinkedHashSet<>();
    private final Set<String> touchedLabels = new LinkedHashSet<>();

    PodTable(OwnCluster cluster, Namespaces namespaces, NodeTable nodes) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.nodes = nodes;
    }

    void upsert(KubePod pod) {
        pods.put(pod.key(), pod);
        place(pod);
    }

    void delete(ObjectKey key) {
        pods.remove(key);
        label(key, Optional.empty());
        touchedIps.addAll(addresses.claim(key, List.of()));
    }

    /** Something about namespace {@code name} changed. */
    void touchNamespace(String name) {
        touchedNamespaces.add(name);
    }

    /** Something about node {@code name} changed. */
    void touchNode(String name) {
        touchedNodes.add(name);
    }

    void identity(NumericIdentity identity, Optional<String> labels) {
        Set<String> touched = labels.isPresent() ? identities.put(identity, labels.get()) : identities.remove(identity);
        touched.forEach(this::touchPodsWith);
    }

    /** Label sets in use that have no identity yet. */
    int waiting() {
        return (int) podsWith.keySet().stream()
                .filter(labels -> identities.of(labels).isEmpty())
                .count();
    }

    int identityCount() {
        return identities.count();
    }

    /** Looks at every touched label set and address again. */
    void settle(Desired desired) {
        spread();
        for (String labels : touchedLabels) {
            Optional<byte[]> value = podsWith.containsKey(labels)
                    ? Optional.of(labels.getBytes(StandardCharsets.UTF_8))
                    : Optional.empty();
            desired.set(new Edit(
                    Topic.LABEL_SETS, Keys.labelSets(cluster.name()) + sha256(labels), value, Optional.empty()));
        }
        touchedLabels.clear();
        for (IpAddress ip : touchedIps) {
            List<Warning> warnings = new ArrayList<>();
            Optional<byte[]> value = addresses
                    .owner(ip)
                    .flatMap(owner -> record(ip, owner, warnings))
                    .map(IpCodec::encode);
            desired.set(new Edit(Topic.IPS, Keys.ip(ip), value, Optional.empty()));
            desired.warn("ip " + ip, warnings);
        }
        touchedIps.clear();
    }

    /** From touched namespaces and nodes to their pods, in one pass however many were touched. */
    private void spread() {
        if (touchedNamespaces.isEmpty() && touchedNodes.isEmpty()) {
            return;
        }
        for (KubePod pod : pods.values()) {
            if (touchedNamespaces.contains(pod.meta().namespace())) {
                place(pod);
            }
            if (touchedNodes.contains(pod.placement().node())) {
                touchedIps.addAll(pod.placement().ips());
            }
        }
        touchedNamespaces.clear();
        touchedNodes.clear();
    }

    private void place(KubePod pod) {
        ObjectKey key = pod.key();
        boolean partOfMesh = !pod.placement().hostNetwork()
                && !pod.placement().finished()
                && namespaces.isGlobal(pod.meta().namespace());
        label(
                key,
                partOfMesh
                        ? Optional.of(IdentityLabels.of(
                                        cluster.name(),
                                        pod,
                                        namespaces.labels(pod.meta().namespace()))
                                .toLabelString())
                        : Optional.empty());
        List<IpAddress> ips = partOfMesh ? pod.placement().ips() : List.of();
        touchedIps.addAll(addresses.claim(key, ips));
        touchedIps.addAll(ips);
    }

    private void label(ObjectKey key, Optional<String> labels) {
        String old = labels.isPresent() ? labelsOf.put(key, labels.get()) : labelsOf.remove(key);
        if (old != null && !Optional.of(old).equals(labels)) {
            touchedLabels.add(old);
            podsWith.computeIfPresent(old, (l, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
        labels.ifPresent(now -> {
            if (podsWith.computeIfAbsent(now, l -> new LinkedHashSet<>()).add(key)) {
                touchedLabels.add(now);
            }
        });
    }

    private void touchPodsWith(String labels) {
        for (ObjectKey key : podsWith.getOrDefault(labels, Set.of())) {
            KubePod pod = pods.get(key);
            if (pod != null) {
                touchedIps.addAll(pod.placement().ips());
            }
        }
    }

    private Optional<IpRecord> record(IpAddress ip, ObjectKey owner, List<Warning> warnings) {
        for (ObjectKey waiting : addresses.waiting(ip)) {
            warnings.add(new Warning(
                    waiting.toString(),
                    "AddressTaken",
                    "address %s belongs to %s already and stays with it; remove one of the two pods"
                            .formatted(ip, owner)));
        }
        KubePod pod = pods.get(owner);
        String labels = labelsOf.get(owner);
        if (pod == null || labels == null || pod.placement().node().isEmpty()) {
            return Optional.empty();
        }
        Optional<IpAddress> hostIp = nodes.hostIp(pod.placement().node());
        if (hostIp.isEmpty()) {
            warnings.add(new Warning(
                    "Node " + pod.placement().node(),
                    "NodeUnknown",
                    "hosts pods, but no Node object with an InternalIP is known, so their addresses are not"
                            + " published; add it"));
            return Optional.empty();
        }
        return identities
                .of(labels)
                .map(identity -> new IpRecord(
                        ip,
                        identity,
                        hostIp.get(),
                        new IpRecord.PodRef(
                                pod.meta().namespace(),
                                pod.meta().name(),
                                pod.serviceAccount(),
                                pod.meta().creation().uid()),
                        pod.namedPorts().stream()
                                .map(port -> new IpRecord.NamedPort(port.name(), port.l4()))
                                .toList()));
    }

    /** In hexadecimal: the last part of a label set's key, since the set itself may be longer than a key should be. */
    static String sha256(String labels) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(labels.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
