package io.clustermesh.cli.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.clustermesh.cli.ClusterMesh;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.kube.testing.KubeApiServer;
import io.clustermesh.store.runtime.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs commands as a person would, with one kubeconfig for several clusters. Not thread-safe. */
final class Commands {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final Path kubeconfig;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Commands(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /** For the administrator of all {@code servers}, whose contexts have their names. */
    static Commands of(Path folder, KubeApiServer... servers) {
        List<Path> files = new ArrayList<>();
        StringBuilder name = new StringBuilder("kubeconfig");
        for (KubeApiServer server : servers) {
            files.add(server.kubeconfig());
            name.append('-').append(server.name());
        }
        return new Commands(merged(folder.resolve(name.toString()), files));
    }

    /** For whoever has the rights in all {@code files}. */
    static Commands of(Path merged, List<Path> files) {
        return new Commands(merged(merged, files));
    }

    /** Exit code of {@code clustermesh <arguments> --kubeconfig ...}. */
    int run(String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--kubeconfig", kubeconfig.toString()));
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
        return ClusterMesh.run(
                new Context(console, Clock.system(), Path.of("/nonexistent")), all.toArray(String[]::new));
    }

    /** What the last command said on standard output. */
    String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** What the last command said on standard error. */
    String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    JsonNode json() {
        try {
            return YAML.readTree(said());
        } catch (IOException e) {
            throw new UncheckedIOException(said(), e);
        }
    }

    /** Users of several files may have one name, so they get that of the context. */
    private static Path merged(Path target, List<Path> files) {
        ObjectNode all = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "Config");
        ArrayNode clusters = all.putArray("clusters");
        ArrayNode users = all.putArray("users");
        ArrayNode contexts = all.putArray("contexts");
        try {
            for (Path file : files) {
                JsonNode one = YAML.readTree(file.toFile());
                String name = one.path("current-context").asText();
                clusters.add(one.path("clusters").path(0));
                users.addObject()
                        .put("name", name)
                        .set("user", one.path("users").path(0).path("user"));
                contexts.addObject()
                        .put("name", name)
                        .putObject("context")
                        .put("cluster", name)
                        .put("user", name);
            }
            return Files.writeString(target, YAML.writeValueAsString(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
