package io.clustermesh.bgp;

import io.clustermesh.bgp.netlink.NetlinkRoutes;
import io.clustermesh.bgp.speaker.RunningSpeaker;
import io.clustermesh.store.admin.AdminServer;
import io.clustermesh.store.admin.View;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Health;
import io.clustermesh.store.runtime.Lifecycle;
import io.clustermesh.store.runtime.Metrics;
import java.util.Map;

/** The BGP process. */
public final class BgpSpeaker {

    private BgpSpeaker() {}

    /**
     * Starts a speaker and returns; {@code lifecycle} stops it. Admin views: {@code /v1/status}, {@code /v1/peers},
     * {@code /v1/routes}.
     *
     * @throws io.clustermesh.store.config.ConfigException with all mistakes in the settings
     */
    public static void start(Settings settings, Lifecycle lifecycle) {
        BgpConfig config = BgpConfig.read(settings);
        Metrics metrics = lifecycle.own("metrics", new Metrics());
        RunningSpeaker speaker = RunningSpeaker.start(config.speaker(), NetlinkRoutes::new, lifecycle);
        speaker.register(metrics.meter("bgp"));
        Health health = new Health();
        health.readiness(
                "converged",
                () -> speaker.converged()
                        ? Health.up()
                        : Health.down("not every neighbour has told all its routes yet; see /v1/peers"));
        Map<String, View> views = Map.of(
                "/v1/status", query -> speaker.status(),
                "/v1/peers", query -> speaker.peers(),
                "/v1/routes", query -> speaker.routes());
        lifecycle.own("admin API", AdminServer.start(config.admin(), health, metrics, views));
    }
}
