package io.clustermesh.cli.kube;

import io.clustermesh.cli.console.CommandFailed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What Kubernetes has of us, for a report of a fault. Of Secrets only which keys they have. */
final class Facts {

    /** Lines of a pod's log, from its end. */
    private static final int LOG_LINES = 5_000;

    /** Pods whose logs are asked for; a cluster of thousands of nodes has as many node-syncs. */
    private static final int LOGS = 50;

    private Facts() {}

    /** Texts by file name; what could not be had is there as the reason. */
    static Map<String, String> of(KubeSite site) {
        String namespace = site.namespace();
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, site, "version", kube -> Serialization.asYaml(kube.getKubernetesVersion()));
        put(
                facts,
                site,
                "deployments",
                kube -> yaml(
                        kube.apps().deployments().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "statefulsets",
                kube -> yaml(
                        kube.apps().statefulSets().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "daemonsets",
                kube -> yaml(
                        kube.apps().daemonSets().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "services",
                kube -> yaml(kube.services().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "configmaps",
                kube -> yaml(kube.configMaps().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "pods",
                kube -> yaml(kube.pods().inNamespace(namespace).list().getItems()));
        put(
                facts,
                site,
                "events",
                kube -> yaml(kube.v1().events().inNamespace(namespace).list().getItems()));
        put(facts, site, "nodes", kube -> yaml(kube.nodes().list().getItems()));
        put(
                facts,
                site,
                "secrets",
                kube -> secrets(kube.secrets().inNamespace(namespace).list().getItems()));
        logs(facts, site);
        return facts;
    }

    private static void put(
            Map<String, String> facts, KubeSite site, String name, Function<KubernetesClient, String> question) {
        try {
            facts.put(name + ".yaml", site.ask("list " + name, question));
        } catch (CommandFailed e) {
            facts.put(name + ".yaml", "could not be asked: " + e.getMessage() + "\n");
        }
    }

    private static String yaml(List<? extends HasMetadata> objects) {
        StringBuilder text = new StringBuilder();
        for (HasMetadata object : objects) {
            object.getMetadata().setManagedFields(null);
            text.append(Serialization.asYaml(object));
        }
        return text.toString();
    }

    private static String secrets(List<Secret> secrets) {
        Map<String, Object> keys = new TreeMap<>();
        for (Secret secret : secrets) {
            keys.put(
                    secret.getMetadata().getName(),
                    secret.getData() == null
                            ? List.of()
                            : List.copyOf(secret.getData().keySet()));
        }
        return Serialization.asYaml(keys);
    }

    private static void logs(Map<String, String> facts, KubeSite site) {
        List<Pod> pods;
        try {
            pods = site.ask(
                    "list pods",
                    kube -> kube.pods().inNamespace(site.namespace()).list().getItems());
        } catch (CommandFailed e) {
            return; // said in pods.yaml already
        }
        pods.stream().limit(LOGS).map(pod -> pod.getMetadata().getName()).forEach(name -> {
            try {
                facts.put(
                        "log_" + name + ".txt",
                        site.ask(
                                "read the log of pod " + name,
                                kube -> kube.pods()
                                        .inNamespace(site.namespace())
                                        .withName(name)
                                        .tailingLines(LOG_LINES)
                                        .getLog()));
            } catch (CommandFailed e) {
                facts.put("log_" + name + ".txt", "could not be asked: " + e.getMessage() + "\n");
            }
        });
    }
}
