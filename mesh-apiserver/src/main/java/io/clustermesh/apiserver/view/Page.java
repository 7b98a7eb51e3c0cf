package io.clustermesh.apiserver.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Some rows of a list.
 *
 * @param source who says so
 * @param items the rows
 * @param malformed entries in this stretch that could not be read and are left out
 * @param next {@code continue} of the next page; empty after the last
 */
record Page<T>(
        Source source,
        List<T> items,
        int malformed,
        @JsonProperty("continue") Optional<String> next) {

    /**
     * @param replica the replica that answers
     * @param revision etcd's revision that the rows were read at
     * @param age since etcd was last heard of by this replica; empty if never
     */
    record Source(String replica, long revision, Optional<Duration> age) {}

    Page {
        items = List.copyOf(items);
    }
}
