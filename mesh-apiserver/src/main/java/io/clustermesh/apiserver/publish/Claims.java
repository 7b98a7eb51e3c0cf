package io.clustermesh.apiserver.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who owns what, where only one can: the first claimant stays owner, the others wait in order. Owned by one thread.
 *
 * @param <K> the thing
 * @param <O> the owner
 */
final class Claims<K, O> {

    private final Map<K, LinkedHashSet<O>> claimants = new HashMap<>();
    private final Map<O, Set<K>> claimed = new HashMap<>();

    /**
     * {@code owner} claims {@code things} and lets go of everything else.
     *
     * @return the things whose owner or waiting list changed
     */
    Set<K> claim(O owner, List<K> things) {
        Set<K> wanted = new LinkedHashSet<>(things);
        Set<K> touched = new LinkedHashSet<>();
        for (K thing : claimed.getOrDefault(owner, Set.of())) {
            if (!wanted.contains(thing)) {
                touched.add(thing);
                claimants.computeIfPresent(thing, (k, waiting) -> {
                    waiting.remove(owner);
                    return waiting.isEmpty() ? null : waiting;
                });
            }
        }
        for (K thing : wanted) {
            if (claimants.computeIfAbsent(thing, k -> new LinkedHashSet<>()).add(owner)) {
                touched.add(thing);
            }
        }
        if (wanted.isEmpty()) {
            claimed.remove(owner);
        } else {
            claimed.put(owner, wanted);
        }
        return touched;
    }

    /** Who owns {@code thing}. */
    Optional<O> owner(K thing) {
        return Optional.ofNullable(claimants.get(thing)).map(LinkedHashSet::getFirst);
    }

    /** Who waits for {@code thing}, in order. */
    List<O> waiting(K thing) {
        LinkedHashSet<O> all = claimants.get(thing);
        if (all == null) {
            return List.of();
        }
        List<O> waiting = new ArrayList<>(all);
        waiting.removeFirst();
        return waiting;
    }
}
