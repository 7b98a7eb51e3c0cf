package io.clustermesh.nodesync.apply;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.PolicyWord;
import io.clustermesh.bpf.maps.ServiceEntry;
import io.clustermesh.model.ServiceName;
import io.clustermesh.nodesync.apply.BackendRegistry.Backend;
import io.clustermesh.nodesync.desired.DesiredFrontend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the tables hold of one frontend, as far as was written or read back. Owned by the agent's thread. */
final class FrontendState {

    final FrontendKey key;
    final SlotState[] slots = new SlotState[ServiceEntry.MAX_SLOTS];

    /** Every backend that this frontend keeps in the array, and the state that it wants for it. */
    Map<Backend, BackendEntry.State> uses = new HashMap<>();

    /** Regions that the service entry may still point to. */
    final List<Region> leftovers = new ArrayList<>();

    int serviceId;

    /** False for an id found in the tables that another frontend holds too. */
    boolean idIsOurs;

    private @Nullable ServiceName owner;
    private @Nullable PolicyWord policy;
    private @Nullable ServiceEntry entry;
    private @Nullable DesiredFrontend applied;

    FrontendState(FrontendKey key, int serviceId, boolean idIsOurs) {
        this.key = key;
        this.serviceId = serviceId;
        this.idIsOurs = idIsOurs;
        Arrays.fill(slots, SlotState.EMPTY);
    }

    /** Whose it is; empty until a service claims what was found in the tables. */
    Optional<ServiceName> owner() {
        return Optional.ofNullable(owner);
    }

    void owner(ServiceName name) {
        owner = name;
    }

    /** The policy word in the table; empty if unknown. */
    Optional<PolicyWord> policy() {
        return Optional.ofNullable(policy);
    }

    /** The entry in the service map; empty if unknown or not yet there. */
    Optional<ServiceEntry> entry() {
        return Optional.ofNullable(entry);
    }

    void wrote(PolicyWord word) {
        policy = word;
    }

    void wrote(ServiceEntry written) {
        entry = written;
    }

    /** Whether the tables hold exactly this already. */
    boolean holds(DesiredFrontend frontend) {
        return frontend.equals(applied);
    }

    void applied(DesiredFrontend frontend) {
        applied = frontend;
    }

    /** Something of it is not as wanted, so the next apply has to look again. */
    void incomplete() {
        applied = null;
    }

    /** A write failed half-way: the tables are not known any more, so the next apply writes everything. */
    void distrust() {
        applied = null;
        policy = null;
        entry = null;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = slots[i].inexact();
        }
    }

    /**
     * The service entry that these slots make, without the empty ones at the end.
     *
     * @param affinitySeconds how long a client stays with its backend, 0 for not at all
     */
    ServiceEntry slotsAsEntry(int affinitySeconds) {
        int count = slots.length;
        while (count > 0 && slots[count - 1].empty()) {
            count--;
        }
        List<ServiceEntry.Slot> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(slots[i].entry());
        }
        return new ServiceEntry(serviceId, entries, affinitySeconds);
    }
}
