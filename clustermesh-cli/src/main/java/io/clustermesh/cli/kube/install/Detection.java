package io.clustermesh.cli.kube.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.model.Cidr;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out a cluster's address blocks, where the cluster says them: kubeadm's and Cilium's settings, ServiceCIDRs. */
final class Detection {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Detection() {}

    /** The pods' blocks; empty if nobody says them. */
    static List<Cidr> podCidrs(KubeSite site) {
        List<Cidr> found = new ArrayList<>();
        Map<String, String> cilium = kubeSystem(site, "cilium-config");
        for (String key : List.of("cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr")) {
            found.addAll(parse(cilium.getOrDefault(key, "")));
        }
        return found.isEmpty() ? parse(kubeadm(site).path("podSubnet").asText("")) : found;
    }

    /** The services' blocks; empty if nobody says them. */
    static List<Cidr> serviceCidrs(KubeSite site) {
        Optional<ServiceCIDR> own = site.ask(
                "read ServiceCIDR kubernetes",
                kube -> Optional.ofNullable(kube.network()
                        .v1()
                        .serviceCIDRs()
                        .withName("kubernetes")
                        .get()));
        return own.map(it -> it.getSpec().getCidrs().stream().map(Cidr::parse).toList())
                .orElseGet(() -> parse(kubeadm(site).path("serviceSubnet").asText("")));
    }

    private static JsonNode kubeadm(KubeSite site) {
        try {
            return YAML.readTree(kubeSystem(site, "kubeadm-config").getOrDefault("ClusterConfiguration", "{}"))
                    .path("networking");
        } catch (IOException e) {
            return YAML.missingNode();
        }
    }

    private static Map<String, String> kubeSystem(KubeSite site, String name) {
        Optional<ConfigMap> found = site.ask(
                "read ConfigMap kube-system/" + name,
                kube -> Optional.ofNullable(kube.configMaps()
                        .inNamespace("kube-system")
                        .withName(name)
                        .get()));
        return found.map(ConfigMap::getData).orElse(Map.of());
    }

    /** Separated by commas or blanks, as both write them. */
    private static List<Cidr> parse(String text) {
        List<Cidr> found = new ArrayList<>();
        for (String part : text.split("[,\\s]+")) {
            if (!part.isBlank()) {
                found.add(Cidr.parse(part));
            }
        }
        return found;
    }
}
