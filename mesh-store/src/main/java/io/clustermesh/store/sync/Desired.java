package io.clustermesh.store.sync;

import io.clustermesh.store.kv.Txn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What should be in the store, and which keys may differ from it. Any thread says what should be, the writer takes what
 * to look at; a key that changes often while the writer is busy is looked at once. Holds no more than the desired map
 * itself.
 */
final class Desired {

    /** A transaction must fit etcd's request limit of 1.5 MiB with room to spare. */
    private static final int BATCH_BYTES = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, byte[]> values = new HashMap<>();
    private final Set<String> dirty = new LinkedHashSet<>();
    private boolean complete;
    private boolean nudged;

    /** A key and what it should be; null for "not there". */
    @SuppressWarnings("ArrayRecordComponent")
    record Wish(String key, byte @Nullable [] value) {}

    void put(String key, byte[] value) {
        locked(() -> {
            values.put(key, value);
            dirty.add(key);
        });
    }

    void remove(String key) {
        locked(() -> {
            values.remove(key);
            dirty.add(key);
        });
    }

    void complete() {
        locked(() -> {
            complete = true;
            nudged = true;
        });
    }

    /** Look at these keys again, after all others. */
    void lookAgain(Collection<String> keys) {
        locked(() -> keys.forEach(key -> {
            dirty.remove(key);
            dirty.add(key);
        }));
    }

    /** Whether everything wanted was named, and nothing is left to look at. */
    boolean completeAndClean() {
        lock.lock();
        try {
            return complete && dirty.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    boolean wants(String key) {
        lock.lock();
        try {
            return values.containsKey(key);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return values.size();
        } finally {
            lock.unlock();
        }
    }

    int dirtyCount() {
        lock.lock();
        try {
            return dirty.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits at most {@code atMost}, then takes as many keys as fit one transaction. */
    List<Wish> take(Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = TimeUnit.NANOSECONDS.convert(atMost);
            while (dirty.isEmpty() && !nudged && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            nudged = false;
            List<Wish> wishes = new ArrayList<>();
            long bytes = 0;
            for (String key : dirty) {
                byte[] value = values.get(key);
                bytes += key.length() + (value == null ? 0 : value.length);
                if (wishes.size() == Txn.MAX_OPERATIONS || (bytes > BATCH_BYTES && !wishes.isEmpty())) {
                    break;
                }
                wishes.add(new Wish(key, value));
            }
            wishes.forEach(wish -> dirty.remove(wish.key()));
            return wishes;
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
