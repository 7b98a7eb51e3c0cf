package io.clustermesh.store.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The settings of one YAML file, by dotted path ({@code admin.socket}).
 *
 * <p>Every getter notes what is wrong and answers with a stand-in, so that one reading finds all mistakes; nobody may
 * use what was read before {@link #done()} or {@link #into} returned:
 *
 * <pre>{@code
 * record Config(ClusterName cluster, Path socket) {
 *     static Config read(Settings settings) {
 *         return settings.into(() -> new Config(
 *                 settings.parsed("cluster.name", "west", ClusterName::new),
 *                 settings.path("admin.socket")));
 *     }
 * }
 * }</pre>
 *
 * <p>Used by one thread, while a process starts.
 */
public final class Settings {

    private final Path file;
    private final JsonNode root;
    private final Set<String> asked = new TreeSet<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    private Settings(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /** @throws ConfigException if the file can't be read or holds no settings */
    public static Settings read(Path file) {
        return new Settings(file.toAbsolutePath(), YamlFile.read(file));
    }

    /** The settings in {@code yaml}, as if they stood in {@code file}. */
    public static Settings of(Path file, String yaml) {
        return new Settings(file.toAbsolutePath(), YamlFile.parse(file, yaml));
    }

    /**
     * These settings with one more, or another value for one that is there; what differs between two processes that
     * read one file.
     *
     * @param key dotted path, for example {@code health.listen}
     * @throws IllegalArgumentException if a part of the path is a value already, or no name
     */
    public Settings with(String key, String value) {
        ObjectNode changed = root.deepCopy();
        ObjectNode section = changed;
        String[] parts = key.split("\\.", -1);
        for (String part : parts) {
            if (part.isBlank()) {
                throw new IllegalArgumentException("\"%s\" is no path of a setting; write section.name".formatted(key));
            }
        }
        for (String part : Arrays.asList(parts).subList(0, parts.length - 1)) {
            JsonNode next = section.path(part);
            if (next.isValueNode() && !next.isNull() || next.isArray()) {
                throw new IllegalArgumentException(
                        "\"%s\" can't be set: %s is no section of %s".formatted(key, part, file));
            }
            section = next instanceof ObjectNode there ? there : section.putObject(part);
        }
        section.put(parts[parts.length - 1], value);
        return new Settings(file, changed);
    }

    /** The file they come from. */
    public Path file() {
        return file;
    }

    /** Whether the setting is there and not null. */
    public boolean has(String key) {
        return find(key).isPresent();
    }

    /** A text that must be there and not be empty. */
    public String text(String key) {
        return parsed(key, "...", Function.identity());
    }

    public String text(String key, String fallback) {
        return scalar(key).orElse(fallback);
    }

    /** A whole number that must be there. */
    public int integer(String key, int min, int max) {
        return parsed(key, Integer.toString(min), text -> inRange(text, min, max));
    }

    public int integer(String key, int fallback, int min, int max) {
        return has(key) ? integer(key, min, max) : absent(key, fallback);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean fallback) {
        return parsed(key, Boolean.toString(fallback), Boolean.toString(fallback), text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"%s\" is neither true nor false".formatted(text));
        });
    }

    /** A length of time such as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 1h} or ISO's {@code PT30S}. */
    public Duration duration(String key, Duration fallback) {
        return has(key) ? parsed(key, "30s", Durations::parse) : absent(key, fallback);
    }

    /** A path that must be there; a relative one starts at the file's directory. */
    public Path path(String key) {
        return parsed(key, "some/file", this::resolve);
    }

    public Path path(String key, String fallback) {
        return parsed(key, "some/file", fallback, this::resolve);
    }

    /** A list of texts, empty if it is not there. */
    public List<String> texts(String key) {
        return parsedList(key, "...", Function.identity());
    }

    /**
     * A value that must be there.
     *
     * @param example a valid text: shown as the remedy, and what stands in for a wrong one until {@link #done()}
     * @param parse refuses with an {@link IllegalArgumentException} that says what is wrong
     */
    public <T> T parsed(String key, String example, Function<String, T> parse) {
        Optional<String> text = scalar(key);
        if (text.isEmpty() && !has(key)) {
            mistake(key, "is missing", "write %s: %s".formatted(key, example));
        }
        return text.flatMap(value -> tried(key, example, value, parse)).orElseGet(() -> parse.apply(example));
    }

    /** As {@link #parsed(String, String, Function)}, with a text that counts if the setting is not there. */
    public <T> T parsed(String key, String example, String fallback, Function<String, T> parse) {
        return has(key) ? parsed(key, example, parse) : parse.apply(absent(key, fallback));
    }

    /** A value that need not be there. */
    public <T> Optional<T> parsedIfAny(String key, String example, Function<String, T> parse) {
        return has(key) ? Optional.of(parsed(key, example, parse)) : absent(key, Optional.empty());
    }

    /** A list of values, empty if it is not there; one value alone counts as a list of one. */
    public <T> List<T> parsedList(String key, String example, Function<String, T> parse) {
        asked.add(key);
        List<T> values = new ArrayList<>();
        find(key).ifPresent(node -> {
            for (JsonNode item : node.isArray() ? node : List.of(node)) {
                if (item.isValueNode() && !item.isNull()) {
                    tried(key, example, item.asText(), parse).ifPresent(values::add);
                } else {
                    mistake(key, "holds " + kind(item) + " where a text belongs", "write - " + example);
                }
            }
        });
        return List.copyOf(values);
    }

    /**
     * How many items a list of sections has, 0 if it is not there; their settings are {@code key.0.name}, {@code
     * key.1.name} and so on.
     */
    public int count(String key) {
        asked.add(key);
        Optional<JsonNode> node = find(key);
        if (node.isPresent() && !node.get().isArray()) {
            mistake(
                    key,
                    "is a " + node.get().getNodeType() + " where a list belongs",
                    "write a list, one \"-\" for each");
            return 0;
        }
        return node.map(JsonNode::size).orElse(0);
    }

    /** Notes a mistake that only the caller can see, for example between two settings. */
    public void mistake(String key, String rule, String remedy) {
        mistakes.add(new Mistake(key, rule, remedy));
    }

    /**
     * What {@code record} makes of the settings, if they are free of mistakes; an {@link IllegalArgumentException} of
     * its constructor counts as one.
     */
    public <T> T into(Supplier<T> record) {
        Optional<T> made = Optional.empty();
        try {
            made = Optional.of(record.get());
        } catch (IllegalArgumentException e) {
            if (mistakes.isEmpty()) {
                mistake("", String.valueOf(e.getMessage()), "correct the file");
            }
        }
        done();
        return made.orElseThrow();
    }

    /** @throws ConfigException with all mistakes, settings that nobody asked for among them */
    public void done() {
        List<Mistake> all = new ArrayList<>(mistakes);
        unknown("", root, all);
        if (!all.isEmpty()) {
            throw new ConfigException(file, all);
        }
    }

    private void unknown(String prefix, JsonNode node, List<Mistake> found) {
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            unknown(prefix + i + ".", node.get(i), found);
        }
        for (var field : node.properties()) {
            String key = prefix + field.getKey();
            boolean section = asked.stream().anyMatch(known -> known.startsWith(key + "."));
            if (section && field.getValue().isContainerNode()) {
                unknown(key + ".", field.getValue(), found);
            } else if (section && field.getValue().isNull()) {
                continue;
            } else if (!asked.contains(key)) {
                found.add(new Mistake(key, "is no setting", "remove it; known are " + neighbours(prefix)));
            }
        }
    }

    private String neighbours(String prefix) {
        List<String> known =
                asked.stream().filter(key -> key.startsWith(prefix)).toList();
        return String.join(", ", known.isEmpty() ? asked : known);
    }

    private Optional<String> scalar(String key) {
        asked.add(key);
        Optional<JsonNode> node = find(key);
        if (node.isPresent() && !node.get().isValueNode()) {
            mistake(key, "is " + kind(node.get()) + " where one value belongs", "write one value");
            return Optional.empty();
        }
        return node.map(JsonNode::asText);
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "a map";
            case ARRAY -> "a list";
            case NULL -> "empty";
            default -> "a value";
        };
    }

    private Optional<JsonNode> find(String key) {
        JsonNode node = root;
        for (String part : key.split("\\.")) {
            node = node.isArray() ? item(node, part) : node.path(part);
        }
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    private static JsonNode item(JsonNode list, String number) {
        return number.matches("[0-9]{1,6}") ? list.path(Integer.parseInt(number)) : MissingNode.getInstance();
    }

    private <T> Optional<T> tried(String key, String example, String value, Function<String, T> parse) {
        try {
            if (value.isBlank()) {
                throw new IllegalArgumentException("is empty");
            }
            return Optional.of(parse.apply(value));
        } catch (IllegalArgumentException e) {
            mistake(key, "is wrong: " + e.getMessage(), "write for example %s: %s".formatted(key, example));
            return Optional.empty();
        }
    }

    private <T> T absent(String key, T fallback) {
        asked.add(key);
        return fallback;
    }

    private Path resolve(String text) {
        Path directory = file.getParent();
        return (directory == null ? Path.of(text) : directory.resolve(text)).normalize();
    }

    private static int inRange(String text, int min, int max) {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"%s\" is no whole number".formatted(text), e);
        }
        throw new IllegalArgumentException("%s is outside %d..%d".formatted(text, min, max));
    }
}
