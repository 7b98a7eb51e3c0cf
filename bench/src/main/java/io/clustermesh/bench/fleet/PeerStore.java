package io.clustermesh.bench.fleet;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.KeyValue;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The keys and history of one simulated peer. One thread uses it: the fleet's event loop, once it serves. */
final class PeerStore {

    private static final ByteString EVERYTHING_FROM = ByteString.copyFrom(new byte[1]);

    private final NavigableMap<ByteString, KeyValue> entries =
            new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    private final List<Event> history = new ArrayList<>();
    private final List<Consumer<Event>> watchers = new ArrayList<>();
    private final long clusterId;
    private long revision = 1;
    private boolean recording;

    PeerStore(long clusterId) {
        this.clusterId = clusterId;
    }

    /** From now on history is kept. */
    void open() {
        recording = true;
    }

    void put(String key, byte[] value) {
        revision++;
        ByteString name = ByteString.copyFromUtf8(key);
        KeyValue old = entries.get(name);
        KeyValue entry = KeyValue.newBuilder()
                .setKey(name)
                .setValue(ByteString.copyFrom(value))
                .setCreateRevision(old == null ? revision : old.getCreateRevision())
                .setModRevision(revision)
                .setVersion(old == null ? 1 : old.getVersion() + 1)
                .build();
        entries.put(name, entry);
        if (recording) {
            Event event = Event.newBuilder().setKv(entry).build();
            history.add(event);
            watchers.forEach(it -> it.accept(event));
        }
    }

    ResponseHeader header() {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(1)
                .setRevision(revision)
                .setRaftTerm(2)
                .build();
    }

    RangeResponse range(RangeRequest request) {
        NavigableMap<ByteString, KeyValue> found = within(request.getKey(), request.getRangeEnd());
        RangeResponse.Builder answer =
                RangeResponse.newBuilder().setHeader(header()).setCount(found.size());
        for (KeyValue entry : found.values()) {
            if (request.getLimit() > 0 && answer.getKvsCount() == request.getLimit()) {
                return answer.setMore(true).build();
            }
            answer.addKvs(entry);
        }
        return answer.build();
    }

    private NavigableMap<ByteString, KeyValue> within(ByteString key, ByteString end) {
        if (end.isEmpty()) {
            return entries.subMap(key, true, key, true);
        }
        return end.equals(EVERYTHING_FROM) ? entries.tailMap(key, true) : entries.subMap(key, true, end, false);
    }

    /** Events since {@code from}, oldest first, then each new one, until the returned action is run. */
    Runnable watch(long from, Consumer<Event> watcher) {
        history.stream().filter(it -> it.getKv().getModRevision() >= from).forEach(watcher);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }
}
