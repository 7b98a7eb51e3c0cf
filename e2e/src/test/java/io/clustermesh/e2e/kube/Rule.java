package io.clustermesh.e2e.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.clustermesh.cli.kube.manifests.ChartRenderer;
import io.clustermesh.cli.kube.manifests.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The smallest thing that a role allows.
 *
 * @param role kind and name of the role
 * @param group API group, empty for the core
 * @param resource for example {@code pods}
 * @param verb for example {@code watch}
 */
record Rule(String role, String group, String resource, String verb) {

    private static final YAMLMapper YAML = new YAMLMapper();

    @Override
    public String toString() {
        return "%s: %s %s%s".formatted(role, verb, resource, group.isEmpty() ? "" : "." + group);
    }

    /** All that the chart's roles allow, taken apart. */
    static List<Rule> shipped(String namespace, ObjectNode values) {
        List<Rule> rules = new ArrayList<>();
        for (Manifest manifest : ChartRenderer.packed().render(namespace, values)) {
            if (manifest.kind().equals("ClusterRole") || manifest.kind().equals("Role")) {
                JsonNode role = tree(manifest.yaml());
                String name = manifest.kind() + " " + role.at("/metadata/name").asText();
                for (JsonNode rule : role.path("rules")) {
                    rule.path("apiGroups")
                            .forEach(group -> rule.path("resources")
                                    .forEach(resource -> rule.path("verbs")
                                            .forEach(verb -> rules.add(new Rule(
                                                    name, group.asText(), resource.asText(), verb.asText())))));
                }
            }
        }
        return rules;
    }

    /** Objects of access control, with this rule taken away from its role. */
    static List<String> without(List<Rule> missing, String namespace, ObjectNode values) {
        List<String> objects = new ArrayList<>();
        for (Manifest manifest : ChartRenderer.packed().render(namespace, values)) {
            switch (manifest.kind()) {
                case "ClusterRole", "Role" -> objects.add(role(manifest, missing, namespace, values));
                case "ClusterRoleBinding", "RoleBinding", "ServiceAccount" -> objects.add(manifest.yaml());
                default -> {}
            }
        }
        return objects;
    }

    private static String role(Manifest manifest, List<Rule> missing, String namespace, ObjectNode values) {
        ObjectNode role = (ObjectNode) tree(manifest.yaml());
        String name = manifest.kind() + " " + role.at("/metadata/name").asText();
        var rules = role.putArray("rules");
        for (Rule rule : shipped(namespace, values)) {
            if (rule.role().equals(name) && !missing.contains(rule)) {
                ObjectNode one = rules.addObject();
                one.putArray("apiGroups").add(rule.group());
                one.putArray("resources").add(rule.resource());
                one.putArray("verbs").add(rule.verb());
            }
        }
        return role.toString();
    }

    private static JsonNode tree(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Values with which every role is there. */
    static ObjectNode everything() {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        values.putObject("cluster").put("name", "west").put("id", 1);
        return values;
    }
}
