package io.clustermesh.store.lead;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.runtime.Clock;
import java.util.List;

class LeadershipTest extends LeadershipContract {

    private final InMemoryKvStore memory = new InMemoryKvStore();
    private final List<CuttableKvStore> sides =
            List.of(new CuttableKvStore(memory, Clock.system()), new CuttableKvStore(memory, Clock.system()));

    @Override
    protected KvStore side(int side) {
        return sides.get(side);
    }

    @Override
    protected void cut(int side) {
        sides.get(side).cut();
    }

    @Override
    protected void mend(int side) {
        sides.get(side).mend();
    }
}
