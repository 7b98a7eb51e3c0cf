package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.CiliumEndpoint;
import io.clustermesh.apiserver.source.CiliumIdentity;
import io.clustermesh.apiserver.source.KubeObject;
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
    private final CiliumPods cilium;
    /** Label string of each pod that takes part in the mesh. */
    private final Map<ObjectKey, String> labelsOf = new HashMap<>();

    private final Map<String, Set<ObjectKey>> podsWith = new HashMap<>();
    private final Claims<IpAddress, ObjectKey> addresses = new Claims<>();
    private final Set<String> touchedNamespaces = new HashSet<>();
    private final Set<String> touchedNodes = new HashSet<>();
    private final Set<IpAddress> touchedIps = new LinkedHashSet<>();
    private final Set<String> touchedLabels = new LinkedHashSet<>();
    /** Cilium came or went. */
    private boolean touchedAll;

    PodTable(OwnCluster cluster, Namespaces namespaces, NodeTable nodes) {
        this.cluster = cluster;
        this.namespaces = namespaces;
        this.nodes = nodes;
        this.cilium = new CiliumPods(cluster);
    }

    void upsert(KubePod pod) {
        pods.put(pod.key(), pod);
        place(pod.key());
    }

    void delete(ObjectKey key) {
        pods.remove(key);
        place(key);
    }

    void upsert(CiliumIdentity identity) {
        touchedAll |= !cilium.present();
        cilium.upsert(identity);
    }

    void deleteIdentity(ObjectKey key) {
        cilium.deleteIdentity(key);
        touchedAll |= !cilium.present();
    }

    void upsert(CiliumEndpoint endpoint) {
        cilium.upsert(endpoint);
        place(endpoint.pod());
    }

    void deleteEndpoint(ObjectKey key) {
        ObjectKey pod = new ObjectKey(KubeObject.Kind.POD, key.namespace(), key.name());
        cilium.deleteEndpoint(pod);
        place(pod);
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
        return cilium.present() ? cilium.count() : identities.count();
    }

    /** Looks at every touched label set and address again. */
    void settle(Desired desired) {
        spread();
        cilium.settle(desired);
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
        if (!touchedAll && touchedNamespaces.isEmpty() && touchedNodes.isEmpty()) {
            return;
        }
        Set<ObjectKey> all = new HashSet<>(pods.keySet());
        all.addAll(cilium.pods());
        for (ObjectKey key : all) {
            if (touchedAll || touchedNamespaces.contains(key.namespace())) {
                place(key);
            }
            KubePod pod = pods.get(key);
            if (pod != null && touchedNodes.contains(pod.placement().node())) {
                touchedIps.addAll(ips(key));
            }
        }
        touchedAll = false;
        touchedNamespaces.clear();
        touchedNodes.clear();
    }

    private void place(ObjectKey key) {
        label(key, labels(key));
        List<IpAddress> ips = ips(key);
        touchedIps.addAll(addresses.claim(key, ips));
        touchedIps.addAll(ips);
    }

    /** The labels that ask for an identity; none where Cilium has given one. */
    private Optional<String> labels(ObjectKey key) {
        return partOfMesh(key)
                .filter(pod -> !cilium.present())
                .map(pod -> IdentityLabels.of(cluster.name(), pod, namespaces.labels(key.namespace()))
                        .toLabelString());
    }

    private List<IpAddress> ips(ObjectKey key) {
        return cilium.present()
                ? cilium.of(key)
                        .filter(endpoint -> endpoint.identity().isPresent() && namespaces.isGlobal(key.namespace()))
                        .map(CiliumEndpoint::ips)
                        .orElse(List.of())
                : partOfMesh(key).map(pod -> pod.placement().ips()).orElse(List.of());
    }

    private Optional<KubePod> partOfMesh(ObjectKey key) {
        return Optional.ofNullable(pods.get(key))
                .filter(pod -> !pod.placement().hostNetwork()
                        && !pod.placement().finished()
                        && namespaces.isGlobal(key.namespace()));
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
        if (cilium.present()) {
            return cilium.of(owner).flatMap(endpoint -> record(ip, owner, endpoint));
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

    /** As Cilium says it; its endpoint says where the pod runs, and the Pod, if it may be read, the rest. */
    private Optional<IpRecord> record(IpAddress ip, ObjectKey owner, CiliumEndpoint endpoint) {
        Optional<KubePod> pod = Optional.ofNullable(pods.get(owner));
        Optional<IpAddress> hostIp = endpoint.host()
                .or(() -> pod.flatMap(it -> nodes.hostIp(it.placement().node())));
        if (hostIp.isEmpty() || endpoint.identity().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new IpRecord(
                ip,
                endpoint.identity().get(),
                hostIp.get(),
                new IpRecord.PodRef(
                        owner.namespace(),
                        owner.name(),
                        pod.map(KubePod::serviceAccount).orElse(""),
                        pod.map(it -> it.meta().creation().uid()).orElse("")),
                endpoint.namedPorts().stream()
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
