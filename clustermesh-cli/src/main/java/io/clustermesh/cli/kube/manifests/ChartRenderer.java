package io.clustermesh.cli.kube.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Renders the chart that is packed into this program, as {@code helm template} does.
 *
 * <pre>
 * values.yaml ◄── overlaid by ── values ──► templates ──► documents ──► ordered by kind, as they must be applied
 * </pre>
 *
 * <p>Helm checks values against {@code values.schema.json}; here whoever calls has checked them. Immutable; any thread.
 */
public final class ChartRenderer {

    /** The chart's templates. */
    static final List<String> TEMPLATES = List.of(
            "apiserver.yaml",
            "bgp.yaml",
            "config.yaml",
            "etcd.yaml",
            "identity-allocator.yaml",
            "namespace.yaml",
            "networkpolicies.yaml",
            "node-sync.yaml",
            "poddisruptionbudgets.yaml",
            "rbac.yaml",
            "serviceaccounts.yaml");

    /** What others need goes first; the order that Helm installs in. */
    private static final List<String> KINDS = List.of(
            "Namespace",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "ServiceAccount",
            "ConfigMap",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "Service",
            "DaemonSet",
            "Deployment",
            "StatefulSet");

    private static final Pattern DOCUMENTS = Pattern.compile("(?m)^---[ \\t]*$");
    private static final YAMLMapper YAML = new YAMLMapper();

    private final JsonNode chart;
    private final ObjectNode defaults;
    private final List<Named> templates;

    /** A template and its file's name. */
    private record Named(String name, Template template) {}

    private ChartRenderer(JsonNode chart, ObjectNode defaults, List<Named> templates) {
        this.chart = chart;
        this.defaults = defaults;
        this.templates = templates;
    }

    /**
     * The chart of this program.
     *
     * @throws IllegalStateException if the program was packed without one
     */
    public static ChartRenderer packed() {
        return new ChartRenderer(
                read("Chart.yaml"),
                (ObjectNode) read("values.yaml"),
                TEMPLATES.stream()
                        .map(name -> new Named(name, Template.parse(name, resource("templates/" + name))))
                        .toList());
    }

    /** The chart's own values: what counts where the caller says nothing. A copy. */
    public ObjectNode defaults() {
        return defaults.deepCopy();
    }

    /**
     * Every object for these values, in the order in which they must be applied.
     *
     * @param namespace where namespaced objects go
     * @param values laid over {@link #defaults()}: maps are merged, all else is replaced, null takes away
     * @throws TemplateException for a value that a template needs and nobody gave
     */
    public List<Manifest> render(String namespace, ObjectNode values) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.set("Values", overlaid(defaults.deepCopy(), values));
        root.putObject("Release").put("Namespace", namespace).put("Name", "clustermesh");
        root.putObject("Chart")
                .put("Name", chart.path("name").asText())
                .put("Version", chart.path("version").asText())
                .put("AppVersion", chart.path("appVersion").asText());
        List<Manifest> manifests = new ArrayList<>();
        for (Named named : templates) {
            for (String document : DOCUMENTS.split(named.template().render(root))) {
                if (!document.isBlank()) {
                    manifests.add(new Manifest(named.name(), kind(named.name(), document), document.strip()));
                }
            }
        }
        manifests.sort(Comparator.comparingInt(manifest -> rank(manifest.kind())));
        return List.copyOf(manifests);
    }

    private static int rank(String kind) {
        int rank = KINDS.indexOf(kind);
        return rank < 0 ? KINDS.size() : rank;
    }

    private static ObjectNode overlaid(ObjectNode below, ObjectNode above) {
        for (var field : above.properties()) {
            JsonNode old = below.path(field.getKey());
            if (field.getValue().isNull()) {
                below.remove(field.getKey());
            } else if (old instanceof ObjectNode map && field.getValue() instanceof ObjectNode over) {
                below.set(field.getKey(), overlaid(map, over));
            } else {
                below.set(field.getKey(), field.getValue().deepCopy());
            }
        }
        return below;
    }

    private static String kind(String template, String document) {
        try {
            return YAML.readTree(document).path("kind").asText();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s renders to what is no YAML (%s); check the values that stand in it"
                            .formatted(template, e.getMessage()),
                    e);
        }
    }

    private static JsonNode read(String name) {
        try {
            return YAML.readTree(resource(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = ChartRenderer.class.getResourceAsStream("chart/" + name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "this program was packed without the chart's %s; build it again with \"make build\""
                                .formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
