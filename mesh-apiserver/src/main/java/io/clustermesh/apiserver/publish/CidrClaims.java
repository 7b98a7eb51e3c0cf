package io.clustermesh.apiserver.publish;

import io.clustermesh.model.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which node owns which pod CIDR, none overlapping another's: the first node stays owner, later ones wait. Owned by
 * one thread.
 */
final class CidrClaims {

    /** Disjoint, so a block's overlaps can only be its two neighbours. */
    private final TreeMap<Cidr, String> granted = new TreeMap<>();

    private final Map<String, List<Cidr>> wanted = new LinkedHashMap<>();
    private final Map<String, Map<Cidr, String>> refused = new LinkedHashMap<>();

    /**
     * {@code node} claims {@code cidrs} and lets go of everything else.
     *
     * @return the nodes for which something changed
     */
    Set<String> claim(String node, List<Cidr> cidrs) {
        Set<String> touched = new LinkedHashSet<>();
        if (cidrs.equals(wanted.getOrDefault(node, List.of()))) {
            return touched;
        }
        touched.add(node);
        boolean released =
                granted.entrySet().removeIf(grant -> grant.getValue().equals(node) && !cidrs.contains(grant.getKey()));
        if (cidrs.isEmpty()) {
            wanted.remove(node);
        } else {
            wanted.put(node, cidrs);
        }
        settle(node);
        if (released) {
            for (String waiting : new ArrayList<>(refused.keySet())) {
                Map<Cidr, String> before = refused.get(waiting);
                settle(waiting);
                if (!refused.getOrDefault(waiting, Map.of()).equals(before)) {
                    touched.add(waiting);
                }
            }
        }
        return touched;
    }

    /** What {@code node} wants and owns, in its order. */
    List<Cidr> granted(String node) {
        return wanted.getOrDefault(node, List.of()).stream()
                .filter(cidr -> node.equals(granted.get(cidr)))
                .toList();
    }

    /** What {@code node} wants and cannot have, with the node that is in the way. */
    Map<Cidr, String> refused(String node) {
        return refused.getOrDefault(node, Map.of());
    }

    private void settle(String node) {
        Map<Cidr, String> conflicts = new LinkedHashMap<>();
        for (Cidr cidr : wanted.getOrDefault(node, List.of())) {
            Map.Entry<Cidr, String> below = granted.floorEntry(cidr);
            Map.Entry<Cidr, String> above = granted.higherEntry(cidr);
            if (below != null && below.getKey().overlaps(cidr)) {
                if (!below.getKey().equals(cidr) || !below.getValue().equals(node)) {
                    conflicts.put(cidr, below.getValue());
                }
            } else if (above != null && above.getKey().overlaps(cidr)) {
                conflicts.put(cidr, above.getValue());
            } else {
                granted.put(cidr, node);
            }
        }
        if (conflicts.isEmpty()) {
            refused.remove(node);
        } else {
            refused.put(node, conflicts);
        }
    }
}
