package io.clustermesh.store.kv;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a watch said. */
public final class RecordingListener implements WatchListener {

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<Revision> upTos = new CopyOnWriteArrayList<>();
    private volatile Optional<End> end = Optional.empty();
    private volatile boolean started;

    @Override
    public void onStarted(long clusterId) {
        started = true;
    }

    @Override
    public void onEvents(List<Event> more, Revision upTo) {
        events.addAll(more);
        upTos.add(upTo);
    }

    @Override
    public void onEnd(End reason) {
        end = Optional.of(reason);
    }

    public boolean started() {
        return started;
    }

    public List<Event> events() {
        return events;
    }

    public List<Revision> upTos() {
        return upTos;
    }

    public Optional<End> end() {
        return end;
    }

    /** {@code +key=value} for puts, {@code -key} for deletes. */
    public List<String> texts() {
        return events.stream()
                .map(event -> switch (event) {
                    case Event.Put(KeyValue entry) -> "+" + entry.key() + "=" + entry.text();
                    case Event.Delete(String key, Revision ignored) -> "-" + key;
                })
                .toList();
    }
}
