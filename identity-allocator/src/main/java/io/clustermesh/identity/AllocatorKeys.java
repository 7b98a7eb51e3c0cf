package io.clustermesh.identity;

import io.clustermesh.model.Keys;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import java.util.Optional;

/** The keys of the allocator protocol, and what they say. */
final class AllocatorKeys {

    private AllocatorKeys() {}

    /** All slave keys of a label set; the label string ends with a semicolon, so no other set matches. */
    static String slaves(LabelSet labels) {
        return Keys.IDENTITY_VALUES + labels.toLabelString() + "/";
    }

    /** The slave key of one user. */
    static String slave(LabelSet labels, String user) {
        return slaves(labels) + user;
    }

    /** Whether {@code key} is a slave key of exactly {@code labels}: nothing but the user's name follows. */
    static boolean isSlave(String key, LabelSet labels) {
        String prefix = slaves(labels);
        return key.startsWith(prefix) && key.indexOf('/', prefix.length()) < 0;
    }

    /** What guards the choice of a number for a label set. */
    static String labelsLock(LabelSet labels) {
        return Keys.IDENTITY_LOCKS + labels.toLabelString();
    }

    /** What guards the removal of a master key. */
    static String identityLock(NumericIdentity identity) {
        return Keys.IDENTITY_LOCKS + "id/" + identity;
    }

    /** The number that a master key is named after. */
    static Optional<NumericIdentity> identityOf(String masterKey) {
        return masterKey.startsWith(Keys.IDENTITY_IDS)
                ? number(masterKey.substring(Keys.IDENTITY_IDS.length()))
                : Optional.empty();
    }

    /** The number in a slave key's value. */
    static Optional<NumericIdentity> number(String decimal) {
        try {
            return Optional.of(new NumericIdentity(Integer.parseInt(decimal)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
