package io.clustermesh.store.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads a file of YAML into a tree. */
final class YamlFile {

    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private YamlFile() {}

    /** @throws ConfigException if there is no file, or no map of settings in it */
    static JsonNode read(Path file) {
        try {
            return parse(file, Files.readString(file));
        } catch (NoSuchFileException e) {
            throw broken(file, "does not exist", "create it, or name another file");
        } catch (IOException e) {
            throw broken(file, "can't be read (" + e + ")", "make it readable for this user");
        }
    }

    static JsonNode parse(Path file, String yaml) {
        try {
            JsonNode tree = MAPPER.readTree(yaml);
            if (tree.isMissingNode() || tree.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (!tree.isObject()) {
                throw broken(file, "holds no settings but a " + tree.getNodeType(), "write \"key: value\" lines");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw broken(
                    file,
                    "is no YAML at line %d: %s"
                            .formatted(
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    firstLine(e)),
                    "correct that line");
        }
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static ConfigException broken(Path file, String rule, String remedy) {
        return new ConfigException(file, List.of(new Mistake("", "the file " + rule, remedy)));
    }
}
