package io.clustermesh.bench.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyRulesTest {

    private static final List<ProxyRules.Service> TWO = List.of(
            new ProxyRules.Service("10.96.0.1", 80, List.of("10.1.0.1", "10.1.0.2", "10.1.0.3")),
            new ProxyRules.Service("10.96.0.2", 80, List.of("10.1.0.4", "10.1.0.5", "10.1.0.6")));

    @Test
    void shouldLayIptablesRulesAsKubeProxyDoes() {
        List<String> rules = ProxyRules.iptables(TWO).lines().toList();

        assertThat(rules.stream().filter(it -> it.startsWith("-A KUBE-SERVICES")))
                .containsExactly(
                        "-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment \"bench/s0:http\" -m tcp --dport 80 -j KUBE-SVC-0",
                        "-A KUBE-SERVICES -d 10.96.0.2/32 -p tcp -m comment --comment \"bench/s1:http\" -m tcp --dport 80 -j KUBE-SVC-1");
        assertThat(rules.stream().filter(it -> it.startsWith("-A KUBE-SVC-0") && it.contains("KUBE-SEP")))
                .hasSize(3)
                .first()
                .asString()
                .contains("--probability 0.3333333333");
        assertThat(rules.stream().filter(it -> it.contains("DNAT"))).hasSize(6);
        assertThat(rules.getLast()).isEqualTo("COMMIT");
    }

    @Test
    void shouldLayOneVerdictMapForNftables() {
        String rules = ProxyRules.nftables(TWO);

        assertThat(rules)
                .contains("ip daddr . meta l4proto . th dport vmap @service-ips")
                .contains("numgen random mod 3 vmap { 0 : goto ep-1-0, 1 : goto ep-1-1, 2 : goto ep-1-2 }")
                .contains("add element ip kube-proxy service-ips { 10.96.0.2 . tcp . 80 : goto svc-1 }");
    }
}
