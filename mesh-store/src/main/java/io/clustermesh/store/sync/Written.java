package io.clustermesh.store.sync;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the store has of a key, as far as we know: null for a value, or a place on a lease, that we are not sure of. */
@SuppressWarnings("ArrayRecordComponent")
record Written(byte @Nullable [] value, LeasePool.@Nullable Slot slot) {

    boolean is(byte[] wanted) {
        return value != null
                && slot != null
                && slot.lease().alive()
                && (value == wanted || Arrays.equals(value, wanted));
    }
}
