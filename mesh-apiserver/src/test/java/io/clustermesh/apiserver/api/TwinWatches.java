package io.clustermesh.apiserver.api;

import io.clustermesh.store.etcd.pb.WatchResponse;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one stream has told each of its watches, without what may differ: how events are put into messages. */
final class TwinWatches {

    private final WatchClient client;
    private final Map<Long, List<String>> stories = new TreeMap<>();
    private final List<Long> progress = new ArrayList<>();
    private int created;
    private int read;

    TwinWatches(ManagedChannel channel) {
        this.client = WatchClient.open(channel);
    }

    WatchClient client() {
        return client;
    }

    /** Watches that were created or refused. */
    int created() {
        readOn();
        return created;
    }

    /** Answers to manual progress requests: the revisions they tell. */
    List<Long> progress() {
        readOn();
        return progress;
    }

    /** Watch id to its story; refusals, which have no watch, under -1. */
    Map<Long, List<String>> stories() {
        readOn();
        return stories;
    }

    private void readOn() {
        List<WatchResponse> responses = client.responses();
        for (; read < responses.size(); read++) {
            take(responses.get(read));
        }
    }

    private void take(WatchResponse response) {
        if (response.getWatchId() == -1 && !response.getCreated()) {
            progress.add(response.getHeader().getRevision());
            return;
        }
        List<String> story = stories.computeIfAbsent(response.getWatchId(), _ -> new ArrayList<>());
        if (response.getCreated()) {
            created++;
            story.add("created at " + response.getHeader().getRevision());
        }
        response.getEventsList().forEach(event -> story.add(event.toString()));
        if (response.getCanceled()) {
            story.add("canceled, compacted %d, \"%s\""
                    .formatted(response.getCompactRevision(), response.getCancelReason()));
        }
    }

    /** Both have told every watch the same. */
    boolean agreesWith(TwinWatches other) {
        Map<Long, List<String>> ours = stories();
        Map<Long, List<String>> theirs = other.stories();
        return lengths(ours).equals(lengths(theirs)) && ours.equals(theirs);
    }

    private static List<Integer> lengths(Map<Long, List<String>> stories) {
        return stories.values().stream().map(List::size).toList();
    }

    /** The first difference of each watch, for people. */
    List<String> differenceFrom(TwinWatches expected) {
        List<String> differences = new ArrayList<>();
        Map<Long, List<String>> theirs = expected.stories();
        Map<Long, List<String>> ours = stories();
        TreeSet<Long> ids = new TreeSet<>(theirs.keySet());
        ids.addAll(ours.keySet());
        for (Long id : ids) {
            List<String> their = theirs.getOrDefault(id, List.of());
            List<String> our = ours.getOrDefault(id, List.of());
            for (int i = 0; i < Math.max(their.size(), our.size()); i++) {
                String expectedHere = i < their.size() ? their.get(i) : "(no more)";
                String foundHere = i < our.size() ? our.get(i) : "(no more)";
                if (!expectedHere.equals(foundHere)) {
                    differences.add("watch %d (%s), message %d of %d and %d: etcd says %s, we say %s"
                            .formatted(
                                    id,
                                    their.isEmpty() ? "" : their.getFirst(),
                                    i,
                                    their.size(),
                                    our.size(),
                                    expectedHere,
                                    foundHere));
                    break;
                }
            }
        }
        return differences;
    }
}
