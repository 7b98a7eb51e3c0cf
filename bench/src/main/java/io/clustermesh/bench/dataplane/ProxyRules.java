package io.clustermesh.bench.dataplane;

import java.util.List;

/**
 * The rules that kube-proxy would lay for TCP services of three endpoints each: what its iptables mode and its nftables
 * mode write (Kubernetes 1.33, {@code pkg/proxy/iptables} and {@code pkg/proxy/nftables}), without what a client on the node
 * never meets. Pure.
 */
final class ProxyRules {

    private ProxyRules() {}

    /**
     * @param vip cluster IP
     * @param port its port, and that of the endpoints
     * @param endpoints three of them
     */
    record Service(String vip, int port, List<String> endpoints) {
        Service {
            endpoints = List.copyOf(endpoints);
        }
    }

    /** For {@code iptables-restore}, legacy or nft. Services come in this order, so the last one is found last. */
    static String iptables(List<Service> services) {
        StringBuilder chains =
                new StringBuilder("*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-MARK-MASQ - [0:0]\n:KUBE-POSTROUTING - [0:0]\n");
        StringBuilder rules = new StringBuilder("""
                -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
                -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
                -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
                -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
                -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
                -A KUBE-POSTROUTING -j MASQUERADE
                """);
        for (int n = 0; n < services.size(); n++) {
            Service service = services.get(n);
            String comment = " -m comment --comment \"bench/s%d:http\"".formatted(n);
            chains.append(":KUBE-SVC-%d - [0:0]\n".formatted(n));
            rules.append("-A KUBE-SERVICES -d %s/32 -p tcp%s -m tcp --dport %d -j KUBE-SVC-%d\n"
                    .formatted(service.vip(), comment, service.port(), n));
            rules.append("-A KUBE-SVC-%d ! -s 10.0.0.0/8 -d %s/32 -p tcp%s -m tcp --dport %d -j KUBE-MARK-MASQ\n"
                    .formatted(n, service.vip(), comment, service.port()));
            int count = service.endpoints().size();
            for (int e = 0; e < count; e++) {
                String endpoint = service.endpoints().get(e);
                String chance = e == count - 1
                        ? ""
                        : " -m statistic --mode random --probability %.10f".formatted(1.0 / (count - e));
                chains.append(":KUBE-SEP-%d-%d - [0:0]\n".formatted(n, e));
                rules.append("-A KUBE-SVC-%d%s%s -j KUBE-SEP-%d-%d\n".formatted(n, comment, chance, n, e));
                rules.append("-A KUBE-SEP-%d-%d -s %s/32%s -j KUBE-MARK-MASQ\n".formatted(n, e, endpoint, comment));
                rules.append("-A KUBE-SEP-%d-%d -p tcp%s -m tcp -j DNAT --to-destination %s:%d\n"
                        .formatted(n, e, comment, endpoint, service.port()));
            }
        }
        return chains.append(rules).append("COMMIT\n").toString();
    }

    /** For {@code nft -f -}: one verdict map from address, protocol and port to the service's chain. */
    static String nftables(List<Service> services) {
        StringBuilder text = new StringBuilder("""
                table ip kube-proxy {
                  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
                  chain mark-for-masquerade { mark set mark or 0x4000; }
                  chain services { ip daddr . meta l4proto . th dport vmap @service-ips; }
                  chain nat-output { type nat hook output priority -100; policy accept; jump services; }
                  chain nat-postrouting { type nat hook postrouting priority 100; policy accept;
                    mark and 0x4000 != 0 mark set mark xor 0x4000 masquerade; }
                """);
        for (int n = 0; n < services.size(); n++) {
            Service service = services.get(n);
            StringBuilder choices = new StringBuilder();
            for (int e = 0; e < service.endpoints().size(); e++) {
                String endpoint = service.endpoints().get(e);
                text.append(
                        "  chain ep-%d-%d { ip saddr %s jump mark-for-masquerade; meta l4proto tcp dnat to %s:%d; }\n"
                                .formatted(n, e, endpoint, endpoint, service.port()));
                choices.append(e == 0 ? "" : ", ").append("%d : goto ep-%d-%d".formatted(e, n, e));
            }
            text.append(
                    "  chain svc-%d { ip daddr %s tcp dport %d ip saddr != 10.0.0.0/8 jump mark-for-masquerade; numgen random mod %d vmap { %s }; }\n"
                            .formatted(
                                    n,
                                    service.vip(),
                                    service.port(),
                                    service.endpoints().size(),
                                    choices));
        }
        text.append("}\n");
        for (int n = 0; n < services.size(); n++) {
            Service service = services.get(n);
            text.append("add element ip kube-proxy service-ips { %s . tcp . %d : goto svc-%d }\n"
                    .formatted(service.vip(), service.port(), n));
        }
        return text.toString();
    }
}
