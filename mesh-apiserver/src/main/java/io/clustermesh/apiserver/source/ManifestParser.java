package io.clustermesh.apiserver.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * From the bytes of one manifest file to its objects: YAML or JSON (which is YAML), several documents, {@code List}
 * kinds unfolded, kinds that the mesh does not look at skipped. Thread-safe.
 */
final class ManifestParser {

    /** A manifest larger than this many bytes is refused; etcd itself takes 1.5 MiB an object. */
    static final int MAX_BYTES = 64 << 20;

    /** What came of a file. */
    sealed interface Outcome {

        /** It is fine; its objects, each once. */
        record Parsed(Map<ObjectKey, KubeObject> objects) implements Outcome {}

        /** It is not, for these reasons, and none of it counts. */
        record Broken(List<SourceError> errors) implements Outcome {}
    }

    private final YAMLMapper mapper;

    ManifestParser() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        // a key written twice is a mistake that would lose half of what was meant
        options.setAllowDuplicateKeys(false);
        mapper = new YAMLMapper(YAMLFactory.builder().loaderOptions(options).build());
    }

    Outcome parse(String file, byte[] content) {
        Run run = new Run(file);
        int document = 1;
        try (MappingIterator<JsonNode> documents =
                mapper.readerFor(JsonNode.class).readValues(content)) {
            while (documents.hasNextValue()) {
                JsonNode tree = documents.nextValue();
                if (!isEmpty(tree)) {
                    run.take("document " + document, tree);
                }
                document++;
            }
        } catch (JsonProcessingException e) {
            run.errors.add(notYaml(file, document, e));
        } catch (IOException e) {
            run.errors.add(new SourceError(file, "", "", "can't be read: " + e.getMessage(), "check the file"));
        }
        return run.errors.isEmpty() ? new Outcome.Parsed(run.objects) : new Outcome.Broken(run.errors);
    }

    /** Nothing between two {@code ---}, or only comments; the parser makes an empty text of it. */
    private static boolean isEmpty(JsonNode tree) {
        return tree == null
                || tree.isNull()
                || tree.isMissingNode()
                || tree.isTextual() && tree.textValue().isEmpty();
    }

    private static SourceError notYaml(String file, int document, JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line %d, column %d"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
        String reason =
                String.valueOf(e.getOriginalMessage()).replaceAll("\\s+", " ").strip();
        return new SourceError(
                file,
                "document " + document,
                "",
                "is not valid YAML%s: %s".formatted(where, reason),
                "correct it there (spaces only, no tabs; documents are parted by \"---\")");
    }

    /** One file being read. */
    private static final class Run {
        private final String file;
        private final Map<ObjectKey, KubeObject> objects = new LinkedHashMap<>();
        private final List<SourceError> errors = new ArrayList<>();

        private Run(String file) {
            this.file = file;
        }

        private void take(String place, JsonNode tree) {
            JsonNode kind = tree.path("kind");
            if (!tree.isObject() || !kind.isTextual()) {
                errors.add(new SourceError(
                        file,
                        place,
                        "",
                        "is no Kubernetes object: it has no kind",
                        "write apiVersion, kind, metadata"));
                return;
            }
            if (kind.textValue().endsWith("List") && tree.path("items").isArray()) {
                int item = 0;
                for (JsonNode child : tree.path("items")) {
                    take(place + ", item " + ++item, child);
                }
                return;
            }
            for (KubeObject.Kind known : KubeObject.Kind.values()) {
                if (known.text().equals(kind.textValue())
                        && known.hasVersion(tree.path("apiVersion").asText())) {
                    add(place, known, tree);
                }
            }
        }

        private void add(String place, KubeObject.Kind kind, JsonNode tree) {
            try {
                KubeObject object = ObjectParser.parse(kind, Fields.root(tree));
                if (objects.putIfAbsent(object.key(), object) != null) {
                    throw new RuleBroken("is in this file twice", "remove one of them");
                }
            } catch (RuleBroken e) {
                JsonNode metadata = tree.path("metadata");
                String namespace = metadata.path("namespace").asText("");
                String name = metadata.path("name").asText("");
                String object = kind.text() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
                errors.add(new SourceError(file, place, object.strip(), e.rule(), e.remedy()));
            }
        }
    }
}
