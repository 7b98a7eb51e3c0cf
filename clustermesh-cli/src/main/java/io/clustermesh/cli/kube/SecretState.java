package io.clustermesh.cli.kube;

import io.clustermesh.cli.console.CommandFailed;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Secret as it was read.
 *
 * @param name its name
 * @param data its content, decoded
 * @param resourceVersion the version that was read
 */
public record SecretState(String name, Map<String, String> data, String resourceVersion) {

    public SecretState {
        data = Collections.unmodifiableMap(new TreeMap<>(data));
    }

    /** The value of {@code key}, without which nobody can go on. */
    public String require(String key) {
        String value = data.get(key);
        if (value == null) {
            throw new CommandFailed(
                    "Secret %s has no key \"%s\"".formatted(name, key),
                    "run \"clustermesh enable\" again, which completes what it made");
        }
        return value;
    }

    /** {@code content} as a Secret's {@code data} has it. */
    public static Map<String, String> encoded(Map<String, String> content) {
        Map<String, String> data = new TreeMap<>();
        content.forEach((key, value) ->
                data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return data;
    }

    /** Without the content, which is secret. */
    @Override
    public String toString() {
        return "SecretState[%s, %s, version %s]".formatted(name, data.keySet(), resourceVersion);
    }
}
