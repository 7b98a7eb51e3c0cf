package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterConfig.Capabilities;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.Decoded;
import java.util.Optional;

/** What a cluster says of itself, as Cilium writes it ({@code pkg/clustermesh/types/types.go}): zero values left out. */
public final class ClusterConfigCodec {

    /** What a writer too old to say it can connect. */
    private static final int DEFAULT_MAX_CONNECTED = 255;

    private ClusterConfigCodec() {}

    /** Cilium's JSON. {@code capabilities} is always there, for Go never leaves out a struct. */
    public static byte[] encode(ClusterConfig config) {
        Capabilities capabilities = config.capabilities();
        return JsonOut.object(out -> {
            out.number("id", config.id().value());
            out.object("capabilities", () -> {
                out.flagIfSet("syncedCanaries", capabilities.syncedCanaries());
                out.flagIfSet("cached", capabilities.cached());
                if (capabilities.maxConnectedClusters() != 0) {
                    out.number("maxConnectedClusters", capabilities.maxConnectedClusters());
                }
                capabilities.serviceExportsEnabled().ifPresent(on -> out.flag("serviceExportsEnabled", on));
                out.textIfAny("endpointSlicesExportMode", capabilities.endpointSlicesExportMode());
            });
        });
    }

    /** Reads a config; one that does not say how many clusters it can connect means 255. */
    public static Decoded<ClusterConfig> decode(byte[] json) {
        return JsonIn.decode("cluster config", json, ClusterConfigCodec::read);
    }

    private static ClusterConfig read(JsonIn in) {
        var config = new Object() {
            int id;
            boolean syncedCanaries;
            boolean cached;
            int maxConnected;
            Optional<Boolean> serviceExports = Optional.empty();
            String exportMode = "";
        };
        in.fields(field -> {
            switch (field) {
                case "id" -> config.id = in.number();
                case "capabilities" ->
                    in.fields(capability -> {
                        switch (capability) {
                            case "syncedCanaries" -> config.syncedCanaries = in.flag();
                            case "cached" -> config.cached = in.flag();
                            case "maxConnectedClusters" -> config.maxConnected = in.number();
                            case "serviceExportsEnabled" ->
                                config.serviceExports = in.isNull() ? Optional.empty() : Optional.of(in.flag());
                            case "endpointSlicesExportMode" -> config.exportMode = in.text();
                            default -> in.skip();
                        }
                    });
                default -> in.skip();
            }
        });
        return new ClusterConfig(
                new ClusterId(config.id),
                new Capabilities(
                        config.syncedCanaries,
                        config.cached,
                        config.maxConnected == 0 ? DEFAULT_MAX_CONNECTED : config.maxConnected,
                        config.serviceExports,
                        config.exportMode));
    }
}
