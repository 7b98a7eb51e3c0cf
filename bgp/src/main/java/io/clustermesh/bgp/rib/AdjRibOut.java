package io.clustermesh.bgp.rib;

import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.rib.ExportPolicy.Told;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress.Family;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What one neighbour knows from us, and the prefixes about which it may know something old. */
public final class AdjRibOut {

    private final Map<Cidr, Told> told = new HashMap<>();
    private final Set<Cidr> dirty = new LinkedHashSet<>();
    private final Set<Family> endOfRibDue;

    AdjRibOut(Set<Family> families) {
        endOfRibDue = families.isEmpty() ? EnumSet.noneOf(Family.class) : EnumSet.copyOf(families);
    }

    void touch(Cidr prefix) {
        dirty.add(prefix);
    }

    /** Whether there may be something to send. */
    public boolean pending() {
        return !dirty.isEmpty() || !endOfRibDue.isEmpty();
    }

    /** Prefixes that the neighbour knows from us. */
    public int advertised(Family family) {
        return (int)
                told.keySet().stream().filter(p -> p.base().family() == family).count();
    }

    /**
     * The next UPDATEs, which from now on count as sent; prefixes that share attributes share one.
     *
     * @param limit prefixes looked at
     * @param wanted what the neighbour should know about a prefix
     */
    List<Update> next(int limit, Function<Cidr, Optional<Told>> wanted) {
        List<Cidr> gone = new ArrayList<>();
        Map<Told, List<Cidr>> groups = new LinkedHashMap<>();
        Iterator<Cidr> prefixes = dirty.iterator();
        for (int i = 0; i < limit && prefixes.hasNext(); i++) {
            Cidr prefix = prefixes.next();
            prefixes.remove();
            Optional<Told> now = wanted.apply(prefix);
            Optional<Told> before = now.isPresent()
                    ? Optional.ofNullable(told.put(prefix, now.get()))
                    : Optional.ofNullable(told.remove(prefix));
            if (now.equals(before)) {
                continue;
            }
            if (now.isPresent()) {
                groups.computeIfAbsent(now.get(), t -> new ArrayList<>()).add(prefix);
            } else {
                gone.add(prefix);
            }
        }
        List<Update> updates = new ArrayList<>();
        if (!gone.isEmpty()) {
            updates.add(Update.withdraw(gone));
        }
        groups.forEach((t, list) -> updates.add(Update.announce(t.attributes(), t.nextHop(), list)));
        if (dirty.isEmpty()) {
            endOfRibDue.forEach(family -> updates.add(Update.endOfRib(family)));
            endOfRibDue.clear();
        }
        return updates;
    }
}
