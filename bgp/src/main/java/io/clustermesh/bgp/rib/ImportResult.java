package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.model.Cidr;
import java.util.List;

/**
 * What an UPDATE did.
 *
 * @param changes of best routes
 * @param refused what we don't believe
 * @param overLimit the neighbour has announced more than it may; its session must end
 */
public record ImportResult(List<BestChange> changes, List<Refused> refused, boolean overLimit) {

    /** A prefix and the rule that it breaks. */
    public record Refused(Cidr prefix, Refusal rule) {}

    public ImportResult {
        changes = List.copyOf(changes);
        refused = List.copyOf(refused);
    }
}
