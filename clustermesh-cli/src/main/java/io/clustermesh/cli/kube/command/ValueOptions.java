package io.clustermesh.cli.kube.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Values for the chart: a file, and single ones laid over it. */
final class ValueOptions {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @Option(names = "--values", paramLabel = "FILE", description = "Values of the chart, YAML.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "One value of the chart, for example apiserver.replicas=3; YAML, so lists and maps can be given.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--service-type",
            paramLabel = "TYPE",
            description = "LoadBalancer, NodePort or ClusterIP (the chart's default is LoadBalancer).")
    private @Nullable String serviceType;

    ObjectNode read() {
        ObjectNode values = file == null ? YAML.createObjectNode() : readFile(file);
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--set \"%s\" is not of the form key=value".formatted(setting));
            }
            set(values, setting.substring(0, equals), parse(setting.substring(equals + 1)));
        }
        if (serviceType != null) {
            if (!List.of("LoadBalancer", "NodePort", "ClusterIP").contains(serviceType)) {
                throw new IllegalArgumentException(
                        "--service-type \"%s\" is none of LoadBalancer, NodePort, ClusterIP".formatted(serviceType));
            }
            set(values, "apiserver.service.type", YAML.getNodeFactory().textNode(serviceType));
        }
        return values;
    }

    private static void set(ObjectNode values, String path, JsonNode value) {
        String[] names = path.split("\\.");
        ObjectNode at = values;
        for (int i = 0; i < names.length - 1; i++) {
            at = at.path(names[i]) instanceof ObjectNode deeper ? deeper : at.putObject(names[i]);
        }
        at.set(names[names.length - 1], value);
    }

    private static JsonNode parse(String text) {
        try {
            return text.isEmpty() ? YAML.getNodeFactory().textNode("") : YAML.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException("--set value \"%s\" is no YAML".formatted(text), e);
        }
    }

    private static ObjectNode readFile(Path file) {
        try {
            if (YAML.readTree(file.toFile()) instanceof ObjectNode values) {
                return values;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("--values %s can't be read: %s".formatted(file, e.getMessage()), e);
        }
        throw new IllegalArgumentException("--values %s holds no map of values".formatted(file));
    }
}
