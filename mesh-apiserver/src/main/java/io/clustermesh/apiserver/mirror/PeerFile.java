package io.clustermesh.apiserver.mirror;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How to reach one peer: Cilium's connection file (an etcd client config), whose name is the peer's.
 *
 * @param peer the cluster behind it
 * @param target its endpoints and our certificate for it
 */
public record PeerFile(ClusterName peer, EtcdTarget target) {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /**
     * Reads the file's text; keys that we don't know are ignored.
     *
     * @throws IllegalArgumentException naming what is wrong in it
     */
    static PeerFile parse(ClusterName peer, String text) {
        JsonNode root;
        try {
            root = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no YAML: " + e.getOriginalMessage(), e);
        }
        List<URI> endpoints = new ArrayList<>();
        root.path("endpoints").forEach(endpoint -> endpoints.add(URI.create(endpoint.asText())));
        return new PeerFile(peer, new EtcdTarget(endpoints, tls(root), EtcdTarget.DEFAULT_DEADLINE, hosts(root)));
    }

    /** Cilium's own way (1.20) to give the name in a server's certificate an address. */
    private static Map<String, IpAddress> hosts(JsonNode root) {
        Map<String, IpAddress> hosts = new HashMap<>();
        for (JsonNode alias : root.path("cilium-host-aliases")) {
            JsonNode ip = alias.path("ips").path(0);
            if (alias.path("hostname").isTextual() && ip.isTextual()) {
                hosts.put(alias.path("hostname").asText(), IpAddress.parse(ip.asText()));
            }
        }
        return hosts;
    }

    /**
     * The same with the files that stand in {@code folder}: one that is named there counts whatever folder the text names,
     * since Cilium's texts name that of Cilium's pods. Other relative paths start there.
     */
    PeerFile beside(Path folder) {
        return new PeerFile(
                peer,
                new EtcdTarget(
                        target.endpoints(),
                        target.tls()
                                .map(files -> new TlsFiles(
                                        beside(folder, files.trust()),
                                        beside(folder, files.certificate()),
                                        beside(folder, files.key()))),
                        target.deadline(),
                        target.hosts()));
    }

    private static Path beside(Path folder, Path file) {
        Path name = file.getFileName();
        Path there = name == null ? file : folder.resolve(name);
        return Files.exists(there) ? there : folder.resolve(file);
    }

    private static Optional<TlsFiles> tls(JsonNode root) {
        List<String> keys = List.of("trusted-ca-file", "cert-file", "key-file");
        List<String> missing =
                keys.stream().filter(key -> !root.path(key).isTextual()).toList();
        if (missing.size() == keys.size()) {
            return Optional.empty();
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("%s missing; name all of %s, or none for http".formatted(missing, keys));
        }
        return Optional.of(new TlsFiles(
                Path.of(root.path("trusted-ca-file").asText()),
                Path.of(root.path("cert-file").asText()),
                Path.of(root.path("key-file").asText())));
    }
}
