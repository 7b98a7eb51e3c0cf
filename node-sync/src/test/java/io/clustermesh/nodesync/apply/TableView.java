package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceTables;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a connect could see in the tables, without the numbers that depend on history. */
final class TableView {

    private TableView() {}

    /** Each frontend's live clusters in order of id: tier, weight, and the table as addresses. */
    static Map<FrontendKey, Map<Integer, String>> of(ServiceTables tables) {
        Map<FrontendKey, Map<Integer, String>> view = new TreeMap<>();
        tables.services().forEach((key, entry) -> {
            PolicyWord word = tables.policy(entry.serviceId());
            Map<Integer, String> slots = new TreeMap<>();
            for (int n = 0; n < entry.slots().size(); n++) {
                var slot = entry.slots().get(n);
                if (slot.tableSize() > 0) {
                    List<String> table = Arrays.stream(tables.readTable(slot.tableBase(), slot.tableSize()))
                            .mapToObj(index -> tables.backend(index)
                                    .map(it -> it.ip() + ":" + it.l4() + it.state())
                                    .orElse("none"))
                            .toList();
                    slots.put(slot.clusterId(), word.tier(n) + "/" + word.weight(n) + " " + table);
                } else if (word.weight(n) > 0) {
                    slots.put(-n - 1, "weight without table");
                }
            }
            view.put(key, slots);
        });
        return view;
    }

    /** Entries of the backend array. */
    static long backends(ServiceTables tables) {
        long count = 0;
        for (int index = 1; index < tables.capacity().backends(); index++) {
            count += tables.backend(index).isPresent() ? 1 : 0;
        }
        return count;
    }
}
