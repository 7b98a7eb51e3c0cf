package io.clustermesh.bgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions with the speakers that others run, each in a namespace of its own at the other end of a cable. */
class InteropIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String OURS = """
            asn: 4200000001
            routerId: 172.30.1.1
            neighbors: [{address: 172.30.1.2, asn: 65002}]
            advertise: [10.1.1.0/24, "fd10:1:1::/64"]
            """;

    @TempDir
    Path folder;

    private Lab lab;
    private String us;
    private String them;

    @BeforeEach
    void cable() {
        lab = new Lab(folder);
        us = lab.namespace("u");
        them = lab.namespace("t");
        lab.cable(1, us, them);
    }

    @AfterEach
    void removeEverything() throws InterruptedException {
        lab.close();
    }

    @Test
    void shouldExchangeRoutesWithBird() throws Exception {
        Lab.assumeInstalled("/usr/sbin/bird");
        Path config = lab.write("bird.conf", """
                router id 172.30.1.2;
                protocol device {}
                protocol static s4 { ipv4; route 10.2.1.0/24 blackhole; route 10.2.2.0/24 blackhole; }
                protocol static s6 { ipv6; route fd10:2:1::/64 blackhole; }
                protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
                protocol kernel { ipv6 { import none; export where source = RTS_BGP; }; }
                protocol bgp mesh {
                  local 172.30.1.2 as 65002; neighbor 172.30.1.1 as 4200000001; hold time 9;
                  ipv4 { import all; export all; };
                  ipv6 { import all; export all; next hop address fd30:1::2; };
                }
                """);
        Process bird = lab.start(
                them, "bird", "/usr/sbin/bird", "-f", "-c", config.toString(), "-s", folder.resolve("bird.ctl") + "");
        Process speaker = lab.speaker(us, "us", OURS);

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.bgpRoutes(us))
                    .contains("10.2.1.0/24 via 172.30.1.2", "10.2.2.0/24 via", "fd10:2:1::/64 via fd30:1::2");
            assertThat(routes(them)).contains("10.1.1.0/24 via 172.30.1.1", "fd10:1:1::/64 via fd30:1::1");
        });
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.view("us", "/v1/peers"))
                    .contains("\"state\":\"Established\"", "\"received\":{\"ipv4\":2,\"ipv6\":1}");
            assertThat(lab.view("us", "/v1/routes")).contains("\"prefix\":\"10.2.1.0/24\"", "\"asPath\":\"65002\"");
        });

        assertThat(lab.in(them, "birdc", "-s", folder.resolve("bird.ctl") + "", "disable", "s4")
                        .ok())
                .isTrue();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(lab.bgpRoutes(us))
                        .doesNotContain("10.2.1.0", "10.2.2.0")
                        .contains("fd10:2:1::/64"));

        bird.destroyForcibly();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(lab.bgpRoutes(us)).isEmpty());
        speaker.destroy();
        assertThat(speaker.waitFor()).as(lab.log("us")).isNotNegative();
    }

    @Test
    void shouldExchangeRoutesWithGobgp() {
        Lab.assumeInstalled("/usr/bin/gobgpd");
        Path config = lab.write("gobgp.toml", """
                [global.config]
                  as = 65002
                  router-id = "172.30.1.2"
                [[neighbors]]
                  [neighbors.config]
                    neighbor-address = "172.30.1.1"
                    peer-as = 4200000001
                  [neighbors.timers.config]
                    connect-retry = 2
                    hold-time = 9
                  [[neighbors.afi-safis]]
                    [neighbors.afi-safis.config]
                      afi-safi-name = "ipv4-unicast"
                  [[neighbors.afi-safis]]
                    [neighbors.afi-safis.config]
                      afi-safi-name = "ipv6-unicast"
                """);
        Process gobgpd = lab.start(them, "gobgpd", "/usr/bin/gobgpd", "-f", config.toString());
        lab.speaker(us, "us", OURS);
        await().atMost(LIMIT).until(() -> lab.in(them, "gobgp", "global").ok());
        assertThat(lab.in(them, "gobgp", "global", "rib", "add", "10.2.1.0/24").ok())
                .isTrue();
        assertThat(lab.in(them, "gobgp", "global", "rib", "add", "-a", "ipv6", "fd10:2:1::/64", "nexthop", "fd30:1::2")
                        .ok())
                .isTrue();

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.bgpRoutes(us)).contains("10.2.1.0/24 via 172.30.1.2", "fd10:2:1::/64 via fd30:1::2");
            assertThat(lab.in(them, "gobgp", "global", "rib").text()).contains("10.1.1.0/24", "4200000001");
            assertThat(lab.in(them, "gobgp", "global", "rib", "-a", "ipv6").text())
                    .contains("fd10:1:1::/64", "fd30:1::1");
        });

        lab.in(them, "gobgp", "global", "rib", "del", "10.2.1.0/24");
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(lab.bgpRoutes(us)).doesNotContain("10.2.1.0").contains("fd10:2:1::/64"));

        gobgpd.destroyForcibly();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(lab.bgpRoutes(us)).isEmpty());
    }

    @Test
    void shouldExchangeRoutesWithFrr() {
        Lab.assumeInstalled("/usr/lib/frr/bgpd");
        Path config = lab.write("bgpd.conf", """
                router bgp 65002
                 bgp router-id 172.30.1.2
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                 timers bgp 3 9
                 neighbor 172.30.1.1 remote-as 4200000001
                 neighbor 172.30.1.1 timers connect 2
                 address-family ipv4 unicast
                  network 10.2.1.0/24
                 exit-address-family
                 address-family ipv6 unicast
                  neighbor 172.30.1.1 activate
                  neighbor 172.30.1.1 route-map six out
                  network fd10:2:1::/64
                 exit-address-family
                route-map six permit 10
                 set ipv6 next-hop global fd30:1::2
                """);
        String sockets = folder.toString();
        Process bgpd = lab.start(
                them,
                "bgpd",
                "/usr/lib/frr/bgpd",
                "-Z",
                "-u",
                "root",
                "-g",
                "frrvty",
                "-f",
                config.toString(),
                "-i",
                sockets + "/bgpd.pid",
                "-z",
                sockets + "/zserv.api",
                "--vty_socket",
                sockets);
        lab.speaker(us, "us", OURS);

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.bgpRoutes(us)).contains("10.2.1.0/24 via 172.30.1.2", "fd10:2:1::/64 via fd30:1::2");
            assertThat(frr(sockets, "show bgp ipv4 unicast").text()).contains("10.1.1.0/24");
            assertThat(frr(sockets, "show bgp ipv6 unicast").text()).contains("fd10:1:1::/64");
        });

        frr(sockets, "configure terminal", "router bgp 65002", "address-family ipv4 unicast", "no network 10.2.1.0/24");
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(lab.bgpRoutes(us)).doesNotContain("10.2.1.0").contains("fd10:2:1::/64"));

        bgpd.destroyForcibly();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(lab.bgpRoutes(us)).isEmpty());
    }

    private Lab.Output frr(String sockets, String... commands) {
        String[] call = new String[5 + 2 * commands.length];
        String[] head = {"vtysh", "--vty_socket", sockets, "-d", "bgpd"};
        System.arraycopy(head, 0, call, 0, head.length);
        for (int i = 0; i < commands.length; i++) {
            call[5 + 2 * i] = "-c";
            call[6 + 2 * i] = commands[i];
        }
        return lab.in(them, call);
    }

    private static String routes(String namespace) {
        return Lab.run("ip", "-n", namespace, "-4", "route").text()
                + Lab.run("ip", "-n", namespace, "-6", "route").text();
    }
}
