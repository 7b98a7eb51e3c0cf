package io.clustermesh.nodesync.apply;

import io.clustermesh.model.Balancing;
import io.clustermesh.model.Balancing.Algorithm;
import io.clustermesh.nodesync.apply.BackendRegistry.Backend;
import io.clustermesh.nodesync.select.Apportionment;
import io.clustermesh.nodesync.select.Maglev;
import io.clustermesh.nodesync.select.TableSize;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes a slot's table. Equal plans make equal tables.
 *
 * @param algorithm how places are given out
 * @param backends who gets places, in order of address; all are in the array already
 * @param weights their weights in the same order, none if all weigh the same
 */
record TablePlan(Algorithm algorithm, List<Backend> backends, List<Integer> weights) {

    static final TablePlan EMPTY = found(List.of());

    TablePlan {
        backends = List.copyOf(backends);
        weights = weights.stream().distinct().count() <= 1 ? List.of() : List.copyOf(weights);
    }

    /** A table whose backends alone are known. */
    static TablePlan found(List<Backend> backends) {
        return new TablePlan(Algorithm.MAGLEV, backends, List.of());
    }

    /** The best size of the table, 0 without backends. */
    int size() {
        return algorithm == Algorithm.RANDOM && !backends.isEmpty()
                ? Apportionment.size(allWeights())
                : TableSize.of(backends.size());
    }

    /** The next smaller size that still holds everybody, 0 if there is none. */
    int smaller(int size) {
        return TableSize.smaller(size, backends.size());
    }

    /** The table with {@code size} places. */
    int[] table(int size) {
        List<Maglev.Candidate> candidates = new ArrayList<>(backends.size());
        List<Integer> all = allWeights();
        for (int i = 0; i < backends.size(); i++) {
            Backend backend = backends.get(i);
            candidates.add(
                    new Maglev.Candidate(backend.key().ip(), backend.key().l4(), backend.index(), all.get(i)));
        }
        return algorithm == Algorithm.RANDOM ? Apportionment.table(candidates, size) : Maglev.table(candidates, size);
    }

    private List<Integer> allWeights() {
        return weights.isEmpty() ? java.util.Collections.nCopies(backends.size(), Balancing.BACKEND_WEIGHT) : weights;
    }
}
