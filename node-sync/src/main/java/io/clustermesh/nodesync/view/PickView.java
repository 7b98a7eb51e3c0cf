package io.clustermesh.nodesync.view;

import io.clustermesh.bpf.maps.BackendEntry;
import io.clustermesh.bpf.maps.BackendPicker;
import io.clustermesh.bpf.maps.FrontendKey;
import io.clustermesh.bpf.maps.Pick;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.Protocol;
import io.clustermesh.store.admin.View;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * {@code /v1/pick?vip=10.101.0.9&port=80&proto=tcp[&client=text]}: what the kernel would do with that connect, for
 * machines without eBPF. Without {@code client} each call is a new random choice, as each connect is; the same client
 * always gets the same backend while the tables stay as they are, and if the service has affinity, for as long as that
 * backend is to be had. Any thread.
 */
public final class PickView implements View {

    private final BackendPicker picker;

    /** @param picker over the memory tables */
    public PickView(BackendPicker picker) {
        this.picker = picker;
    }

    /** How a connect ends. */
    public enum Result {
        /** It goes to the backend. */
        BACKEND,
        /** It is refused. */
        NO_BACKEND,
        /** It is none of ours and goes where it was meant to go. */
        NOT_OURS
    }

    /**
     * @param result how it ends
     * @param backend where it goes
     * @param clusterId the backend's cluster
     * @param state the backend's state
     */
    public record Answer(
            Result result,
            Optional<LoadBalancer.Endpoint> backend,
            Optional<Integer> clusterId,
            Optional<BackendEntry.State> state) {

        private static Answer without(Result result) {
            return new Answer(result, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    @Override
    public Answer render(Map<String, String> query) {
        FrontendKey frontend = new FrontendKey(IpAddress.parse(required(query, "vip")), l4(query));
        String client = query.getOrDefault("client", "");
        return switch (client.isEmpty()
                ? picker.pick(frontend)
                : picker.pickFor(frontend, seed(client), seed(client))) {
            case Pick.Chosen(int index, BackendEntry backend) ->
                new Answer(
                        Result.BACKEND,
                        Optional.of(LoadBalancer.Endpoint.of(backend.ip(), backend.l4())),
                        Optional.of(backend.clusterId()),
                        Optional.of(backend.state()));
            case Pick.NoBackend none -> Answer.without(Result.NO_BACKEND);
            case Pick.NotOurs other -> Answer.without(Result.NOT_OURS);
        };
    }

    private static L4 l4(Map<String, String> query) {
        String port = required(query, "port");
        String protocol = query.getOrDefault("proto", "tcp").toUpperCase(Locale.ROOT);
        try {
            return new L4(Protocol.valueOf(protocol), Integer.parseInt(port));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port \"%s\" is no number; write 1..65535".formatted(port), e);
        }
    }

    private static String required(Map<String, String> query, String name) {
        return Optional.ofNullable(query.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(
                        "%s is missing; ask /v1/pick?vip=10.101.0.9&port=80&proto=tcp".formatted(name)));
    }

    private static long seed(String client) {
        CRC32C crc = new CRC32C();
        crc.update(client.getBytes(StandardCharsets.UTF_8));
        return crc.getValue() * 0x9e3779b97f4a7c15L;
    }
}
