package io.clustermesh.apiserver.publish;

import io.clustermesh.model.NumericIdentity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The identities that exist in the kvstore, by label string. Should two numbers stand for one set (two allocators met),
 * the lower one is used, everywhere alike. Owned by one thread.
 */
final class Identities {

    private final Map<NumericIdentity, String> labelsOf = new HashMap<>();
    private final Map<String, TreeSet<NumericIdentity>> numbersOf = new HashMap<>();

    /** @return the label strings for which another number, or none, counts now */
    Set<String> put(NumericIdentity identity, String labels) {
        Set<String> touched = remove(identity);
        labelsOf.put(identity, labels);
        numbersOf.computeIfAbsent(labels, l -> new TreeSet<>()).add(identity);
        touched.add(labels);
        return touched;
    }

    /** @return the label strings for which another number, or none, counts now */
    Set<String> remove(NumericIdentity identity) {
        Set<String> touched = new HashSet<>();
        String labels = labelsOf.remove(identity);
        if (labels != null) {
            touched.add(labels);
            numbersOf.computeIfPresent(labels, (l, numbers) -> {
                numbers.remove(identity);
                return numbers.isEmpty() ? null : numbers;
            });
        }
        return touched;
    }

    Optional<NumericIdentity> of(String labels) {
        return Optional.ofNullable(numbersOf.get(labels)).map(TreeSet::first);
    }

    int count() {
        return labelsOf.size();
    }
}
