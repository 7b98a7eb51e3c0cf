package io.clustermesh.bgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node, router, node: three of our speakers, and packets that find their way by what they tell each other. */
class TransitIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WEST = node(1, 1, "172.30.1.1");
    private static final String EAST = node(2, 2, "172.30.2.2");

    @TempDir
    Path folder;

    private Lab lab;
    private String west;
    private String east;

    @BeforeEach
    void row() {
        lab = new Lab(folder);
        west = lab.namespace("w");
        String router = lab.namespace("r");
        east = lab.namespace("e");
        lab.cable(1, west, router);
        lab.cable(2, router, east);
        for (String[] pod :
                new String[][] {{west, "10.1.1.5/32", "fd10:1:1::5/128"}, {east, "10.2.1.5/32", "fd10:2:1::5/128"}}) {
            lab.must("ip", "-n", pod[0], "addr", "add", pod[1], "dev", "lo");
            lab.must("ip", "-n", pod[0], "addr", "add", pod[2], "dev", "lo");
        }
        lab.speaker(router, "router", """
                asn: 4200000000
                routerId: 172.30.1.2
                neighbors:
                  - {address: 172.30.1.1, asn: 4200000001, passive: true}
                  - {address: 172.30.2.2, asn: 4200000002}
                """);
    }

    @AfterEach
    void removeEverything() throws InterruptedException {
        lab.close();
    }

    @Test
    void shouldCarryPacketsOverTheRouterAndCleanUp() throws Exception {
        Process one = lab.speaker(west, "west", WEST);
        Process two = lab.speaker(east, "east", EAST);

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.bgpRoutes(west)).contains("10.2.1.0/24 via 172.30.1.2", "fd10:2:1::/64 via fd30:1::2");
            assertThat(lab.bgpRoutes(east)).contains("10.1.1.0/24 via 172.30.2.1", "fd10:1:1::/64 via fd30:2::1");
        });
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(call("10.1.1.5", "10.2.1.5").ok()).isTrue();
            assertThat(call("fd10:1:1::5", "[fd10:2:1::5]").ok()).isTrue();
        });
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(lab.view("west", "/v1/routes")).contains("\"asPath\":\"4200000000 4200000002\""));

        // a crash: the routes that it installed stay and forward, the others withdraw what it told
        one.destroyForcibly().waitFor();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(lab.bgpRoutes(east)).isEmpty());
        assertThat(lab.bgpRoutes(west)).contains("10.2.1.0/24", "fd10:2:1::/64");
        // a leftover that nobody confirms goes after convergence, what is confirmed never does
        lab.must(
                "ip", "-n", west, "route", "add", "10.77.0.0/16", "via", "172.30.1.2", "proto", "186", "metric", "186");
        lab.must("ip", "-n", west, "route", "add", "10.78.0.0/16", "via", "172.30.1.2", "proto", "static");
        one = lab.speaker(west, "west", WEST);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(lab.bgpRoutes(west))
                        .doesNotContain("10.77.0.0")
                        .contains("10.2.1.0/24", "fd10:2:1::/64"));

        // a clean stop takes its own routes away and no others
        one.destroy();
        one.waitFor();
        assertThat(lab.bgpRoutes(west)).as(lab.log("west")).isEmpty();
        assertThat(Lab.run("ip", "-n", west, "route").text()).contains("10.78.0.0/16");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(lab.view("router", "/v1/peers")).contains("administrative shutdown"));
        assertThat(two.isAlive()).isTrue();
    }

    /** From pod to pod; what listens there is the other node's speaker, which hangs up on strangers. */
    private Lab.Output call(String from, String to) {
        return lab.in(west, "curl", "-s", "-m", "3", "--interface", from, "telnet://" + to + ":179");
    }

    private static String node(int n, int net, String address) {
        return """
                asn: 420000000%d
                listen: {address: "::"}
                routerId: %s
                neighbors: [{address: 172.30.%d.%d, asn: 4200000000}]
                advertise: [10.%d.1.0/24, "fd10:%d:1::/64"]
                """.formatted(n, address, net, n == 1 ? 2 : 1, n, n);
    }
}
