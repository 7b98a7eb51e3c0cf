package io.clustermesh.bgp;

import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.bgp.rib.NextHops;
import io.clustermesh.bgp.speaker.SpeakerConfig;
import io.clustermesh.bgp.speaker.SpeakerConfig.Identity;
import io.clustermesh.bgp.speaker.SpeakerConfig.Neighbor;
import io.clustermesh.bgp.speaker.SpeakerConfig.Routing;
import io.clustermesh.bgp.speaker.SpeakerConfig.Timing;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.admin.AdminListeners;
import io.clustermesh.store.config.Settings;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of a BGP process.
 *
 * @param speaker what it does
 * @param admin where it is asked
 */
record BgpConfig(SpeakerConfig speaker, AdminListeners admin) {

    private static final int PORT = 179;
    private static final int MOST_PREFIXES = 10_000_000;
    private static final String EXAMPLE_ADDRESS = "172.30.1.1";

    static BgpConfig read(Settings settings) {
        return settings.into(() -> new BgpConfig(
                new SpeakerConfig(
                        identity(settings),
                        nextHops(settings, ""),
                        neighbors(settings),
                        new Routing(
                                settings.parsedList("advertise", "10.1.1.0/24", Cidr::parse),
                                settings.integer("maxPrefixes", 10_000, 1, MOST_PREFIXES),
                                settings.flag("acceptDefault", false),
                                settings.flag("installRoutes", true)),
                        new Timing(
                                settings.duration("holdTime", Duration.ofSeconds(90)),
                                settings.duration("connectRetry", Duration.ofSeconds(10)),
                                settings.duration("convergence", Duration.ofSeconds(30)))),
                AdminListeners.readLocal(settings)));
    }

    private static Identity identity(Settings settings) {
        IpAddress listen = settings.parsed("listen.address", EXAMPLE_ADDRESS, "0.0.0.0", IpAddress::parse);
        return new Identity(
                settings.parsed("asn", "4200000001", Asn::parse),
                settings.parsed("routerId", EXAMPLE_ADDRESS, RouterId::parse),
                new InetSocketAddress(listen.toInetAddress(), settings.integer("listen.port", PORT, 0, 65535)));
    }

    private static NextHops nextHops(Settings settings, String prefix) {
        return new NextHops(
                settings.parsedIfAny(prefix + "nextHop4", EXAMPLE_ADDRESS, IpAddress::parse),
                settings.parsedIfAny(prefix + "nextHop6", "fd30:1::1", IpAddress::parse));
    }

    private static List<Neighbor> neighbors(Settings settings) {
        List<Neighbor> neighbors = new ArrayList<>();
        for (int i = 0; i < settings.count("neighbors"); i++) {
            String key = "neighbors." + i + ".";
            neighbors.add(new Neighbor(
                    settings.parsed(key + "address", EXAMPLE_ADDRESS, IpAddress::parse),
                    settings.parsed(key + "asn", "4200000002", Asn::parse),
                    settings.integer(key + "port", PORT, 1, 65535),
                    settings.flag(key + "passive", false),
                    nextHops(settings, key)));
        }
        return neighbors;
    }
}
