package io.clustermesh.store.sync;

import io.clustermesh.store.kv.Txn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What should be in the store, and which keys may differ from it. Any thread says what should be, the writer takes what
 * to look at; a key that changes often while the writer is busy is looked at once, and a key that is being written is
 * not given out again before that write is over, so that writes of one key never overtake each other. Holds no more
 * than the desired map itself.
 */
final class Desired {

    /** A transaction must fit etcd's request limit of 1.5 MiB with room to spare. */
    private static final int BATCH_BYTES = 1 << 20;

    private final Optional<String> last;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, byte[]> values = new HashMap<>();
    private final Set<String> dirty = new LinkedHashSet<>();
    private final Set<String> busy = new HashSet<>();
    private final Set<String> dirtyOnceDone = new HashSet<>();
    private boolean complete;
    private boolean cleared;
    private boolean nudged;

    /** A key and what it should be; null for "not there". */
    @SuppressWarnings("ArrayRecordComponent")
    record Wish(String key, byte @Nullable [] value) {}

    /** @param last a key that is given out only when no other is to be written or being written: the canary */
    Desired(Optional<String> last) {
        this.last = last;
    }

    void put(String key, byte[] value) {
        lock.lock();
        try {
            values.put(key, value);
            look(key);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void remove(String key) {
        locked(() -> {
            values.remove(key);
            look(key);
        });
    }

    /** Takes over all wishes at once, in their order. */
    void wish(List<Wish> wishes) {
        locked(() -> {
            for (Wish wish : wishes) {
                byte[] value = wish.value();
                if (value == null) {
                    values.remove(wish.key());
                } else {
                    values.put(wish.key(), value);
                }
                look(wish.key());
            }
        });
    }

    private void look(String key) {
        if (busy.contains(key)) {
            dirtyOnceDone.add(key);
        } else {
            dirty.add(key);
        }
    }

    void complete() {
        locked(() -> {
            complete = true;
            nudged = true;
        });
    }

    /** Nothing should be there, except {@code kept}. */
    void clear(Set<String> kept) {
        locked(() -> {
            List.copyOf(values.keySet()).stream()
                    .filter(key -> !kept.contains(key))
                    .forEach(key -> {
                        values.remove(key);
                        look(key);
                    });
            cleared = true;
            nudged = true;
        });
    }

    /** True once after each {@link #clear}: keys that nobody ever wished for must go too. */
    boolean takeCleared() {
        lock.lock();
        try {
            boolean was = cleared;
            cleared = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    /** Look at these keys again, after all others. */
    void lookAgain(Collection<String> keys) {
        locked(() -> keys.forEach(key -> {
            dirty.remove(key);
            look(key);
        }));
    }

    /** These keys are written, or found to need no writing. */
    void done(Collection<Wish> wishes) {
        locked(() -> {
            for (Wish wish : wishes) {
                busy.remove(wish.key());
                if (!dirtyOnceDone.isEmpty() && dirtyOnceDone.remove(wish.key())) {
                    dirty.add(wish.key());
                }
            }
        });
    }

    /** Somebody else has news for the thread that takes. */
    void nudge() {
        locked(() -> nudged = true);
    }

    /** Whether everything wanted was named, and nothing is left to look at. */
    boolean completeAndClean() {
        lock.lock();
        try {
            return complete && dirty.isEmpty() && busy.isEmpty() && !cleared;
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

    List<String> keys() {
        lock.lock();
        try {
            return List.copyOf(values.keySet());
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
            return dirty.size() + busy.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits at most {@code atMost}, then takes as many keys as fit one transaction.
     *
     * @param room false to wait for a nudge only, since nothing more can be written now
     */
    List<Wish> take(Duration atMost, boolean room) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = TimeUnit.NANOSECONDS.convert(atMost);
            while ((!takeable() || !room) && !nudged && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            nudged = false;
            List<Wish> wishes = new ArrayList<>();
            if (!room || !takeable()) {
                return wishes;
            }
            long bytes = 0;
            boolean lastToo = onlyLast();
            for (Iterator<String> i = dirty.iterator(); i.hasNext() && wishes.size() < Txn.MAX_OPERATIONS; ) {
                String key = i.next();
                if (!lastToo && last.isPresent() && last.get().equals(key)) {
                    continue;
                }
                byte[] value = values.get(key);
                bytes += key.length() + (value == null ? 0 : value.length);
                if (bytes > BATCH_BYTES && !wishes.isEmpty()) {
                    break;
                }
                wishes.add(new Wish(key, value));
                busy.add(key);
                i.remove();
            }
            return wishes;
        } finally {
            lock.unlock();
        }
    }

    private boolean onlyLast() {
        return dirty.size() == 1 && last.filter(dirty::contains).isPresent();
    }

    private boolean takeable() {
        return !dirty.isEmpty() && (busy.isEmpty() || !onlyLast());
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
