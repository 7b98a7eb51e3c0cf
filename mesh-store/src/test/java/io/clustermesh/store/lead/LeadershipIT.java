package io.clustermesh.store.lead;

import io.clustermesh.store.etcd.EtcdKvStore;
import io.clustermesh.store.etcd.EtcdTarget;
import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.testing.EtcdServer;
import io.clustermesh.store.testing.Wire;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class LeadershipIT extends LeadershipContract {

    private static EtcdServer etcd;
    private static List<Wire> wires = List.of();
    private static List<EtcdKvStore> stores = List.of();

    @BeforeAll
    static void startEtcd() {
        etcd = EtcdServer.start();
        wires = Stream.generate(() -> new Wire(etcd.endpoint())).limit(2).toList();
        stores = wires.stream()
                .map(wire -> EtcdKvStore.connect(EtcdTarget.plaintext(wire.endpoint()), Clock.system()))
                .toList();
    }

    @AfterAll
    static void stopEtcd() {
        stores.forEach(EtcdKvStore::close);
        wires.forEach(Wire::close);
        if (etcd != null) {
            etcd.close();
        }
    }

    @Override
    protected KvStore side(int side) {
        return stores.get(side);
    }

    @Override
    protected void cut(int side) {
        wires.get(side).cut();
    }

    @Override
    protected void mend(int side) {
        wires.get(side).mend();
    }
}
