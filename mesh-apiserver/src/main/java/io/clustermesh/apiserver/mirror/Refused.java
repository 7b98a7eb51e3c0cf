package io.clustermesh.apiserver.mirror;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Entries of a peer that are not mirrored: how many, and why the first ones. A peer may have refused entries without
 * end, so only names are kept of all (their number is limited by the peer's budget). One thread writes, any reads.
 */
final class Refused {

    private static final int SHOWN = 20;

    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();
    private final Set<String> names = new HashSet<>();
    private volatile int count;

    static String tooLarge(int bytes) {
        return "its value of %s is larger than %d bytes, which no entry needs; look at what the peer writes"
                .formatted(bytes < 0 ? "many MB" : bytes + " bytes", MirrorLimits.VALUE_BYTES);
    }

    /** True if this should be told to people: it is one of the first, and its reason is new. */
    boolean add(String name, String why) {
        names.add(name);
        count = names.size();
        if (reasons.containsKey(name) || reasons.size() < SHOWN) {
            return !why.equals(reasons.put(name, why));
        }
        return false;
    }

    void remove(String name) {
        if (count > 0 && names.remove(name)) {
            reasons.remove(name);
            count = names.size();
        }
    }

    void clear() {
        names.clear();
        reasons.clear();
        count = 0;
    }

    int count() {
        return count;
    }

    List<MirrorStatus.Refusal> first(String prefix) {
        return reasons.entrySet().stream()
                .map(entry -> new MirrorStatus.Refusal(prefix + entry.getKey(), entry.getValue()))
                .toList();
    }
}
