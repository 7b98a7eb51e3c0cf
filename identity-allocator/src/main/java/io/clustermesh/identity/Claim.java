package io.clustermesh.identity;

import io.clustermesh.model.NumericIdentity;

/** What came of one attempt to get an identity for a label set. */
sealed interface Claim {

    /** How an identity was found. */
    enum Way {
        /** A number was free, and is ours now. */
        CREATED,
        /** Somebody uses it for the same labels; now we do too. */
        JOINED,
        /** Its master key was left over from earlier use. */
        REVIVED
    }

    /** The master key and our slave key stand. */
    record Allocated(NumericIdentity identity, Way way) implements Claim {}

    /** Somebody was faster or holds the lock: try again. */
    record Contended(String reason) implements Claim {}

    /** No number of the range is free. */
    record Exhausted(String reason) implements Claim {}
}
