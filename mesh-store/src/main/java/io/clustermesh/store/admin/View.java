package io.clustermesh.store.admin;

import java.util.Map;

/** A structure to show at one path of the admin API. */
@FunctionalInterface
public interface View {

    /**
     * Called on a worker thread, one call at a time for each request; it may read files and wait a little.
     *
     * @param parameters those of the path ({@code {name}}) and of the query, the first of each name
     * @return records, maps, lists and values, rendered as JSON
     * @throws IllegalArgumentException if a parameter is wrong; the caller sees the message with status 400
     * @throws ProblemException for everything else that a caller should know
     */
    Object render(Map<String, String> parameters);
}
