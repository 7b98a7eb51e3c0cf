package io.clustermesh.apiserver.cache;

/**
 * What a watcher wants to hear of.
 *
 * @param span keys
 * @param puts writes
 * @param deletes deletions
 * @param withPrevious each change with the entry it replaced
 */
public record WatchQuery(KeySpan span, boolean puts, boolean deletes, boolean withPrevious) {

    boolean wants(Change change) {
        return (change.kind() == Change.Kind.PUT ? puts : deletes) && span.contains(change.entry());
    }
}
