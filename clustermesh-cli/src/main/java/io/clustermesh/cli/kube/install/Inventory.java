package io.clustermesh.cli.kube.install;

import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** The ConfigMap that names every object that "enable" made, in the order in which they were made. */
final class Inventory {

    private static final String KEY = "objects";

    private final KubeSite site;

    /**
     * An object.
     *
     * @param apiVersion for example {@code apps/v1}
     * @param kind for example {@code Deployment}
     * @param namespace empty for one that is in none
     * @param name its name
     */
    record Entry(String apiVersion, String kind, String namespace, String name) {

        static Entry of(HasMetadata object) {
            return new Entry(
                    object.getApiVersion(),
                    object.getKind(),
                    Objects.toString(object.getMetadata().getNamespace(), ""),
                    object.getMetadata().getName());
        }

        static Entry parse(String line) {
            String[] words = line.split(" ", -1);
            if (words.length != 4) {
                throw new IllegalArgumentException(
                        "line \"%s\" of ConfigMap %s names no object".formatted(line, Names.INVENTORY));
            }
            return new Entry(words[0], words[1], words[2], words[3]);
        }

        /** Enough of the object to delete it. */
        HasMetadata reference(KubeSite site) {
            GenericKubernetesResource reference = new GenericKubernetesResource();
            reference.setApiVersion(apiVersion);
            reference.setKind(kind);
            reference.setMetadata(new ObjectMetaBuilder()
                    .withName(name)
                    .withNamespace(namespace.isEmpty() ? null : namespace)
                    .build());
            // typed where fabric8 knows the kind, which then knows its path in the API
            return site.parse(Serialization.asJson(reference));
        }

        String line() {
            return String.join(" ", apiVersion, kind, namespace, name);
        }

        @Override
        public String toString() {
            return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
        }
    }

    Inventory(KubeSite site) {
        this.site = site;
    }

    /** What it names; none if there is no inventory. */
    Optional<SequencedSet<Entry>> read() {
        return site.configMap(Names.INVENTORY)
                .map(data -> data.getOrDefault(KEY, "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .map(Entry::parse)
                        .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    /** Writes it anew; its namespace must be there. */
    void write(Iterable<Entry> entries) {
        StringBuilder text = new StringBuilder();
        entries.forEach(entry -> text.append(entry.line()).append('\n'));
        ConfigMap map = new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(site.namespace())
                .withName(Names.INVENTORY)
                .addToLabels(Labels.OURS)
                .endMetadata()
                .addToData(KEY, text.toString())
                .build();
        Applying.apply(site, map);
    }

    /** Removes the inventory itself. */
    void delete() {
        List<?> _ = site.ask(
                "delete ConfigMap " + Names.INVENTORY,
                kube -> kube.configMaps()
                        .inNamespace(site.namespace())
                        .withName(Names.INVENTORY)
                        .delete());
    }
}
