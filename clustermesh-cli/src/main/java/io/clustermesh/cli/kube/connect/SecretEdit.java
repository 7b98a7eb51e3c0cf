package io.clustermesh.cli.kube.connect;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.SecretState;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A change of some keys of one Secret; the others stay, whoever wrote them.
 *
 * @param cluster whose Secret, for people
 * @param site where it is
 * @param secret its name
 * @param put keys that get a value
 * @param remove keys that go
 */
record SecretEdit(String cluster, KubeSite site, String secret, Map<String, String> put, Set<String> remove) {

    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int TRIES = 5;

    SecretEdit {
        put = Collections.unmodifiableMap(new TreeMap<>(put));
        remove = Set.copyOf(remove);
    }

    static SecretEdit putting(Member in, String secret, Map<String, String> keys) {
        return new SecretEdit(in.name(), in.site(), secret, keys, Set.of());
    }

    /** What the Secret holds after it. */
    Map<String, String> after(Map<String, String> before) {
        Map<String, String> after = new TreeMap<>(before);
        after.keySet().removeAll(remove);
        after.putAll(put);
        return after;
    }

    /** One line for each key that changes, like {@code + east.crt}; none if nothing does. */
    List<String> differences() {
        Map<String, String> before = read().map(SecretState::data).orElse(Map.of());
        Map<String, String> after = after(before);
        List<String> lines = new ArrayList<>();
        Set<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            String old = before.get(key);
            String value = after.get(key);
            if (old == null) {
                lines.add("+ " + key);
            } else if (value == null) {
                lines.add("- " + key);
            } else if (!old.equals(value)) {
                lines.add("~ " + key);
            }
        }
        return lines;
    }

    /**
     * Makes the change, on whatever the Secret holds by then: one that somebody else writes meanwhile loses nothing.
     *
     * @return what takes the change back; empty if there was nothing to change
     */
    Optional<SecretEdit> apply() {
        return apply(before -> {});
    }

    /** As {@link #apply()}, if {@code check} does not throw at what the Secret holds right before the change. */
    Optional<SecretEdit> apply(Consumer<Map<String, String>> check) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<SecretState> found = read();
            Map<String, String> before = found.map(SecretState::data).orElse(Map.of());
            check.accept(before);
            Map<String, String> after = after(before);
            if (after.equals(before)) {
                return Optional.empty();
            }
            if (write(found, after)) {
                return Optional.of(undo(before));
            }
        }
        throw new CommandFailed(
                "Secret %s/%s of %s is written by others all the time".formatted(site.namespace(), secret, cluster),
                "see who does, then run the command again");
    }

    /** The whole Secret as it will be, for whoever applies it by other means. */
    Secret exported() {
        return object(after(read().map(SecretState::data).orElse(Map.of())));
    }

    private Optional<SecretState> read() {
        return site.secret(secret);
    }

    private SecretEdit undo(Map<String, String> before) {
        Map<String, String> back = new TreeMap<>();
        Set<String> gone = new TreeSet<>();
        Set<String> touched = new TreeSet<>(put.keySet());
        touched.addAll(remove);
        for (String key : touched) {
            String old = before.get(key);
            if (old == null) {
                gone.add(key);
            } else {
                back.put(key, old);
            }
        }
        return new SecretEdit(cluster, site, secret, back, gone);
    }

    private boolean write(Optional<SecretState> found, Map<String, String> content) {
        return site.ask("write Secret " + secret, kube -> {
            try {
                if (found.isEmpty()) {
                    Secret _ = kube.resource(object(content)).create();
                    return true;
                }
                Secret current = kube.secrets()
                        .inNamespace(site.namespace())
                        .withName(secret)
                        .get();
                if (current == null
                        || !found.get()
                                .resourceVersion()
                                .equals(current.getMetadata().getResourceVersion())) {
                    return false;
                }
                // with the version that was read, so that the API server refuses to overwrite a newer one
                Secret _ = kube.resource(new SecretBuilder(current)
                                .withData(SecretState.encoded(content))
                                .build())
                        .update();
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() == CONFLICT || e.getCode() == NOT_FOUND) {
                    return false;
                }
                throw e;
            }
        });
    }

    private Secret object(Map<String, String> content) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(site.namespace())
                .withName(secret)
                .addToLabels("app.kubernetes.io/part-of", "clustermesh")
                .endMetadata()
                .withType("Opaque")
                .withData(SecretState.encoded(content))
                .build();
    }

    @Override
    public String toString() {
        return "Secret %s/%s of %s".formatted(site.namespace(), secret, cluster);
    }
}
