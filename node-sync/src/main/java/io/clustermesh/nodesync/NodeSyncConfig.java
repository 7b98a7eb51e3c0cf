package io.clustermesh.nodesync;

import io.clustermesh.bpf.maps.ServiceTables.Capacity;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.Protocol;
import io.clustermesh.nodesync.view.Status;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of node-sync.
 *
 * <pre>
 * cluster:
 *   name: west
 *   id: 1
 * node: west-n1
 * zone: z1                       # for trafficDistribution and hints; unknown without it
 * node-addresses: [172.30.1.11]  # where node ports are served; those of its interfaces without it
 * apiserver:
 *   endpoints: [https://172.30.1.2:2379]
 *   trust: pki/ca.crt            # all three, or none for http
 *   certificate: pki/local.crt
 *   key: pki/local.key
 * data-plane:
 *   kind: kernel                 # or memory
 *   pin-dir: /sys/fs/bpf/clustermesh/west-n1
 *   cgroup: /sys/fs/cgroup
 *   services: 8192               # capacities, of new maps
 *   backends: 65536
 *   table-entries: 1048576
 * audit:
 *   every: 60s                   # reading the tables back and repairing them
 * quarantine:
 *   enabled: true                # take traffic off backends that don't answer
 * sockets:
 *   end: udp                     # connected sockets on lost backends: udp, all (TCP too) or none
 * admin:
 *   socket: run/node-sync.sock
 * health:
 *   listen: 127.0.0.1:9882       # off if left out
 * </pre>
 *
 * @param node who we are
 * @param place where we are
 * @param apiserver the own cluster's mesh-apiserver
 * @param dataPlane where the tables live
 * @param auditEvery from one audit of the tables to the next
 * @param failing what is done about backends that fail
 * @param admin where it tells of itself
 */
public record NodeSyncConfig(
        Status.Node node,
        Place place,
        EtcdTarget apiserver,
        DataPlane dataPlane,
        Duration auditEvery,
        Failing failing,
        AdminListeners admin) {

    /**
     * @param quarantine whether backends and peers that don't answer get no new connections
     * @param ended the protocols whose connected sockets are ended when their backend is lost
     */
    public record Failing(boolean quarantine, Set<Protocol> ended) {
        public Failing {
            ended = Set.copyOf(ended);
        }
    }

    /**
     * @param zone the node's zone, empty if unknown
     * @param addresses where node ports are served; none for those of the node's interfaces
     */
    public record Place(String zone, List<IpAddress> addresses) {
        public Place {
            addresses = List.copyOf(addresses);
        }
    }

    private static final int MAX_ENTRIES = 1 << 26;
    private static final Duration AUDIT_EVERY = Duration.ofSeconds(60);

    /** Reads all of it and reports all mistakes together. */
    public static NodeSyncConfig read(Settings settings) {
        return settings.into(() -> {
            Status.Node node = new Status.Node(
                    settings.text("node"),
                    settings.parsed("cluster.name", "west", ClusterName::new),
                    settings.parsed("cluster.id", "1", text -> new ClusterId(number(text))));
            Place place = new Place(
                    settings.text("zone", ""),
                    settings.has("node-addresses")
                            ? settings.parsedList("node-addresses", "172.30.1.11", IpAddress::parse)
                            : List.of());
            DataPlane dataPlane = dataPlane(settings);
            Duration auditEvery = settings.duration("audit.every", AUDIT_EVERY);
            Failing failing = new Failing(
                    settings.flag("quarantine.enabled", true),
                    settings.parsed("sockets.end", "udp", "udp", NodeSyncConfig::protocols));
            AdminListeners admin = AdminListeners.readLocal(settings);
            return new NodeSyncConfig(node, place, apiserver(settings), dataPlane, auditEvery, failing, admin);
        });
    }

    /** Read last, since it refuses what does not fit together and the rest would go unread. */
    private static EtcdTarget apiserver(Settings settings) {
        List<URI> endpoints = settings.parsedList("apiserver.endpoints", "https://172.30.1.2:2379", URI::create);
        List<String> files = List.of("apiserver.trust", "apiserver.certificate", "apiserver.key");
        Optional<TlsFiles> tls = files.stream().anyMatch(settings::has)
                ? Optional.of(new TlsFiles(
                        settings.path(files.get(0)), settings.path(files.get(1)), settings.path(files.get(2))))
                : Optional.empty();
        try {
            return new EtcdTarget(endpoints, tls, EtcdTarget.DEFAULT_DEADLINE);
        } catch (IllegalArgumentException e) {
            settings.mistake(
                    "apiserver.endpoints",
                    "and the TLS files don't make a connection: " + e.getMessage(),
                    "write - https://<address of mesh-apiserver>:2379, and trust, certificate and key");
            throw e;
        }
    }

    private static DataPlane dataPlane(Settings settings) {
        boolean kernel = settings.parsed("data-plane.kind", "kernel", "kernel", text -> switch (text) {
            case "kernel" -> true;
            case "memory" -> false;
            default -> throw new IllegalArgumentException("\"%s\" is neither kernel nor memory".formatted(text));
        });
        Capacity capacity = new Capacity(
                settings.integer("data-plane.services", 8192, 1, MAX_ENTRIES),
                settings.integer("data-plane.backends", 65_536, 2, MAX_ENTRIES),
                settings.integer("data-plane.table-entries", 1_048_576, 1, MAX_ENTRIES));
        return kernel
                ? new DataPlane.Kernel(
                        settings.path("data-plane.pin-dir"), settings.path("data-plane.cgroup"), capacity)
                : new DataPlane.Memory(capacity);
    }

    private static Set<Protocol> protocols(String text) {
        return switch (text) {
            case "udp" -> Set.of(Protocol.UDP);
            case "all" -> Set.of(Protocol.UDP, Protocol.TCP);
            case "none" -> Set.of();
            default -> throw new IllegalArgumentException("\"%s\" is none of udp, all, none".formatted(text));
        };
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no whole number".formatted(text), e);
        }
    }
}
