package io.clustermesh.apiserver.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The OpenAPI document, as tests ask it. */
public final class AdminApiDocument {

    private final JsonNode document;

    public AdminApiDocument() {
        try {
            document = new YAMLMapper().readTree(MeshRoutes.document());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("openapi.yaml is no YAML", e);
        }
    }

    JsonNode document() {
        return document;
    }

    /** Every path that it describes. */
    Set<String> paths() {
        Set<String> paths = new TreeSet<>();
        document.path("paths").fieldNames().forEachRemaining(paths::add);
        return paths;
    }

    /** The methods of {@code path}, in small letters. */
    Set<String> methods(String path) {
        Set<String> methods = new TreeSet<>();
        document.path("paths").path(path).fieldNames().forEachRemaining(methods::add);
        return methods;
    }

    /** Names of the query parameters of {@code path} and {@code method}. */
    Set<String> query(String path, String method) {
        Set<String> names = new TreeSet<>();
        for (JsonNode reference : document.path("paths")
                .path(path)
                .path(method.toLowerCase(Locale.ROOT))
                .path("parameters")) {
            JsonNode parameter = document.at(reference.path("$ref").asText().substring(1));
            if (parameter.path("in").asText().equals("query")) {
                names.add(parameter.path("name").asText());
            }
        }
        return names;
    }

    /** What is wrong with {@code body} as an answer of {@code path} with {@code status}; empty if nothing is. */
    public List<String> faults(String path, int status, JsonNode body) {
        return faults("get", path, status, body);
    }

    /** The same for another method, in small letters. */
    public List<String> faults(String method, String path, int status, JsonNode body) {
        JsonNode responses = document.path("paths").path(path).path(method).path("responses");
        JsonNode response = responses.path(Integer.toString(status));
        if (response.isMissingNode()) {
            response = responses.path("default");
        }
        if (response.has("$ref")) {
            response = document.at(response.path("$ref").asText().substring(1));
        }
        JsonNode content = response.path("content");
        if (content.size() != 1) {
            return List.of(path + " has no description of status " + status);
        }
        ObjectNode schema = ((ObjectNode) content.elements().next().path("schema")).deepCopy();
        schema.set("components", document.path("components"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(body)
                .stream()
                .map(Error::toString)
                .toList();
    }
}
