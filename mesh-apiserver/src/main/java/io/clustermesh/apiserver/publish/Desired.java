package io.clustermesh.apiserver.publish;

import io.clustermesh.apiserver.events.Warning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What every key is to hold, and what has changed since it was last asked. Owned by one thread. */
final class Desired {

    private final Consumer<Warning> onWarning;
    private final Map<Topic, Map<String, byte[]>> values = new EnumMap<>(Topic.class);
    private final Map<String, List<Warning>> warnings = new HashMap<>();
    private List<Edit> edits = new ArrayList<>();

    /** @param onWarning hears of each warning when it comes up, not again while it stands */
    Desired(Consumer<Warning> onWarning) {
        this.onWarning = onWarning;
        for (Topic topic : Topic.values()) {
            values.put(topic, new HashMap<>());
        }
    }

    /** Takes in an edit; one that changes nothing is forgotten. */
    void set(Edit edit) {
        Map<String, byte[]> topic = values.getOrDefault(edit.topic(), new HashMap<>());
        byte[] old =
                edit.value().isPresent() ? topic.put(edit.key(), edit.value().get()) : topic.remove(edit.key());
        if (!Arrays.equals(old, edit.value().orElse(null))) {
            edits.add(edit);
        }
    }

    /** What is odd about {@code origin} now; none if nothing is. */
    void warn(String origin, List<Warning> now) {
        List<Warning> before = now.isEmpty() ? warnings.remove(origin) : warnings.put(origin, now);
        for (Warning warning : now) {
            if (before == null || !before.contains(warning)) {
                onWarning.accept(warning);
            }
        }
    }

    /** Edits since the last call, in the order in which they must be written. */
    List<Edit> drain() {
        List<Edit> drained = edits;
        edits = new ArrayList<>();
        return drained;
    }

    int count(Topic topic) {
        return values.getOrDefault(topic, Map.of()).size();
    }
}
