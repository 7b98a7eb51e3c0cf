package io.clustermesh.store.kv;

import java.util.List;
import java.util.Optional;

/**
 * A transaction: if every guard holds, all operations happen at one revision, else none.
 *
 * @param guards conditions, all of which must hold; none means always
 * @param operations writes, at most {@link #MAX_OPERATIONS}
 */
public record Txn(List<Guard> guards, List<Op> operations) {

    /** etcd's default {@code --max-txn-ops}. */
    public static final int MAX_OPERATIONS = 128;

    public Txn {
        guards = List.copyOf(guards);
        operations = List.copyOf(operations);
        if (operations.size() > MAX_OPERATIONS) {
            throw new IllegalArgumentException("a transaction holds at most %d operations, this one has %d; split it"
                    .formatted(MAX_OPERATIONS, operations.size()));
        }
    }

    /** A condition on the store before the transaction. */
    public sealed interface Guard {
        /** The key does not exist. */
        record Absent(String key) implements Guard {}

        /** The key exists. */
        record Present(String key) implements Guard {}

        /** The key was last written at {@code revision}. */
        record ModifiedAt(String key, Revision revision) implements Guard {}

        /** The key exists, and is the one that was created at {@code revision}, whatever was written to it since. */
        record CreatedAt(String key, Revision revision) implements Guard {}
    }

    /** A write. */
    @SuppressWarnings("ArrayRecordComponent")
    public sealed interface Op {
        /** Writes {@code key}; with a lease it goes when the lease goes. */
        record Put(String key, byte[] value, Optional<Lease> lease) implements Op {}

        /** Removes one key. */
        record Delete(String key) implements Op {}

        /** Removes every key below a prefix. */
        record DeletePrefix(String prefix) implements Op {}
    }

    public static Txn of(List<Op> operations) {
        return new Txn(List.of(), operations);
    }

    /** What became of a transaction. */
    public sealed interface Outcome {
        /** All operations happened. */
        record Applied(Revision revision) implements Outcome {}

        /** A guard did not hold, nothing happened. */
        record Refused(Revision revision) implements Outcome {}
    }
}
