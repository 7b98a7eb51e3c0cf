package io.clustermesh.identity;

import io.clustermesh.model.IdentityRange;
import io.clustermesh.model.NumericIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the allocator knows, as one immutable picture.
 *
 * @param phase how far it is
 * @param counts numbers
 * @param identities identities that it uses, by number
 * @param troubles label sets without an identity, with the reason
 * @param upkeep its background duties
 */
record AllocatorStatus(Phase phase, Counts counts, List<Allocation> identities, List<Trouble> troubles, Upkeep upkeep) {

    /** How far it is. */
    enum Phase {
        /** Still reading what is there; allocates nothing yet. */
        SYNCING,
        /** At work. */
        READY
    }

    /**
     * @param range the cluster's identities
     * @param size how many there are
     * @param masters how many have a meaning, used or not
     * @param allocated how many this allocator uses
     * @param waiting label sets without identity
     */
    record Counts(IdentityRange range, int size, int masters, int allocated, int waiting) {}

    /**
     * @param identity the number
     * @param labels the label string that it stands for
     */
    record Allocation(NumericIdentity identity, String labels) {}

    /**
     * @param labels the label string, or the key whose value is none
     * @param reason what is wrong
     * @param attempts failed attempts in a row, 0 if trying is no use
     */
    record Trouble(String labels, String reason, int attempts) {}

    /**
     * @param lastVerified when all keys were last looked at and repaired
     * @param lastCollected when unused identities were last looked for
     * @param repaired keys written again since the start
     * @param collected unused identities removed since the start
     */
    record Upkeep(Optional<Instant> lastVerified, Optional<Instant> lastCollected, long repaired, long collected) {}
}
