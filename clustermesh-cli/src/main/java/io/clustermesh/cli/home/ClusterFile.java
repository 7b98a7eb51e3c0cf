package io.clustermesh.cli.home;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import io.clustermesh.store.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Who a cluster is: its {@code cluster.yaml}.
 *
 * @param name its name
 * @param id its id
 * @param meshSize how many clusters its mesh may have
 * @param blocks the addresses that are its own
 * @param endpoint what peers connect to, {@code https://host:port}
 */
public record ClusterFile(ClusterName name, ClusterId id, MeshSize meshSize, Blocks blocks, URI endpoint) {

    /**
     * @param pods the pods' address blocks
     * @param services the services' address blocks
     */
    public record Blocks(List<Cidr> pods, List<Cidr> services) {
        public Blocks {
            pods = List.copyOf(pods);
            services = List.copyOf(services);
        }
    }

    /** Reads the file; all mistakes are reported together. */
    public static ClusterFile read(Settings settings) {
        return settings.into(() -> new ClusterFile(
                settings.parsed("name", "west", ClusterName::new),
                new ClusterId(settings.integer("id", 1, ClusterId.MAX)),
                settings.parsed("meshSize", "255", "255", text -> MeshSize.of(Integer.parseInt(text))),
                new Blocks(
                        settings.parsedList("podCidrs", "10.1.0.0/16", Cidr::parse),
                        settings.parsedList("serviceCidrs", "10.101.0.0/16", Cidr::parse)),
                settings.parsed("endpoint", "https://172.30.1.2:2379", URI::create)));
    }

    /** The file's text. */
    public String yaml() {
        return """
                # Who this cluster is in the mesh.
                name: %s
                id: %s
                meshSize: %d
                podCidrs: [%s]
                serviceCidrs: [%s]
                endpoint: %s
                """.formatted(
                        name, id, meshSize.maxClusters(), quoted(blocks.pods()), quoted(blocks.services()), endpoint);
    }

    private static String quoted(List<Cidr> blocks) {
        return blocks.stream().map(block -> "\"" + block + "\"").collect(Collectors.joining(", "));
    }
}
