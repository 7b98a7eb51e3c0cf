package io.clustermesh.bpf.maps;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which backend each client of a service with affinity had last: the twin of the kernel's map {@code clients}. The
 * clients that stayed away longest are forgotten first. Thread-safe.
 */
final class KnownClients {

    /** As many as the kernel's map holds. */
    static final int CAPACITY = 65_536;

    private record Client(int serviceId, long client) {}

    private record Kept(int index, long usedSeconds) {}

    private final LinkedHashMap<Client, Kept> clients = new LinkedHashMap<>(16, 0.75f, true);

    /** The backend of before, unless the client stayed away for {@code timeoutSeconds} or longer. */
    synchronized OptionalInt last(int serviceId, long client, long nowSeconds, int timeoutSeconds) {
        return Optional.ofNullable(clients.get(new Client(serviceId, client)))
                .filter(kept -> nowSeconds - kept.usedSeconds() < timeoutSeconds)
                .map(kept -> OptionalInt.of(kept.index()))
                .orElseGet(OptionalInt::empty);
    }

    /** The client has this backend now. */
    synchronized void keep(int serviceId, long client, int index, long nowSeconds) {
        clients.put(new Client(serviceId, client), new Kept(index, nowSeconds));
        if (clients.size() > CAPACITY) {
            Map.Entry<Client, Kept> eldest = clients.firstEntry();
            clients.remove(eldest.getKey());
        }
    }
}
