package io.clustermesh.store.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The lines of a stream of server-sent events (WHATWG HTML, section 9.2). */
public final class EventLines {

    private EventLines() {}

    /**
     * Gives every event to {@code consumer} until the stream ends.
     *
     * @param after id of the last event before the stream
     * @return id of the last event of the stream
     */
    public static String read(BufferedReader lines, String after, Consumer<AdminClient.StreamedEvent> consumer)
            throws IOException {
        String last = after;
        Map<String, String> fields = new HashMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int colon = line.indexOf(':');
            if (!line.isEmpty() && colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            } else if (line.isEmpty() && fields.containsKey("data")) {
                last = fields.getOrDefault("id", last);
                consumer.accept(new AdminClient.StreamedEvent(
                        last, fields.getOrDefault("event", "message"), fields.getOrDefault("data", "")));
                fields.clear();
            }
        }
        return last;
    }
}
