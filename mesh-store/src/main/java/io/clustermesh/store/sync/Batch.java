package io.clustermesh.store.sync;

import io.clustermesh.store.kv.StoreException;
import io.clustermesh.store.kv.Txn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transaction under way. Whoever commits it fills in one of the two answers, then hands it back to the writer. */
final class Batch {

    private final List<Desired.Wish> wishes;
    private final Map<String, Written> then = new HashMap<>();
    private final List<LeasePool.Slot> taken = new ArrayList<>();
    private Txn.@Nullable Outcome outcome;
    private @Nullable StoreException failure;

    Batch(List<Desired.Wish> wishes) {
        this.wishes = wishes;
    }

    List<Desired.Wish> wishes() {
        return wishes;
    }

    List<String> keys() {
        return wishes.stream().map(Desired.Wish::key).toList();
    }

    /** What the store has of the keys that are put, once it is applied. */
    Map<String, Written> then() {
        return then;
    }

    /** Places on leases that were taken for it. */
    List<LeasePool.Slot> taken() {
        return taken;
    }

    void applied(Txn.Outcome answer) {
        outcome = answer;
    }

    void failed(StoreException why) {
        failure = why;
    }

    Txn.@Nullable Outcome outcome() {
        return outcome;
    }

    @Nullable
    StoreException failure() {
        return failure;
    }
}
