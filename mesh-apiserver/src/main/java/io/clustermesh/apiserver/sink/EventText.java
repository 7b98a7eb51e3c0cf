package io.clustermesh.apiserver.sink;

import io.clustermesh.apiserver.events.EventLog;
import io.clustermesh.apiserver.events.Warning;
import io.clustermesh.apiserver.source.KubeObject;
import io.clustermesh.apiserver.source.ObjectKey;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Optional;

/** From warnings to Events of {@code events.k8s.io/v1}. Pure. */
final class EventText {

    /** Who reports, in Events. */
    static final String CONTROLLER = "clustermesh.io/mesh-apiserver";

    /** Where Events about objects without a namespace live. */
    static final String CLUSTER_NAMESPACE = "default";

    private static final int MAX_NOTE = 1024;
    private static final int MAX_NAME = 200;
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private EventText() {}

    /** The object that {@code warning} is about; empty if it is about something that Kubernetes does not know. */
    static Optional<ObjectKey> about(Warning warning) {
        int space = warning.subject().indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String name = warning.subject().substring(space + 1);
        for (KubeObject.Kind kind : KubeObject.Kind.values()) {
            if (kind.text().equals(warning.subject().substring(0, space))) {
                int slash = name.indexOf('/');
                return kind.namespaced() == slash > 0
                        ? Optional.of(
                                new ObjectKey(kind, name.substring(0, Math.max(0, slash)), name.substring(slash + 1)))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Where the Event of an object lives. */
    static String namespace(ObjectKey key) {
        return key.kind().namespaced() ? key.namespace() : CLUSTER_NAMESPACE;
    }

    /** The same for the same warning, whichever replica writes it. */
    static String name(ObjectKey key, Warning warning) {
        String all = warning.subject() + "\n" + warning.reason() + "\n" + warning.message();
        String name = key.name().length() > MAX_NAME ? key.name().substring(0, MAX_NAME) : key.name();
        return name + "." + hash(all);
    }

    /**
     * The Event.
     *
     * @param object as it is now, whose uid lets {@code kubectl describe} find the Event
     * @param replica who writes it
     */
    static Event of(ObjectKey key, KubeObject object, EventLog.Event event, String replica, Instant now) {
        Warning warning = event.warning();
        String note = warning.message();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace(key))
                .withName(name(key, warning))
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(now)))
                .withReportingController(CONTROLLER)
                .withReportingInstance(replica)
                .withAction("Publish")
                .withReason(warning.reason())
                .withType("Warning")
                .withNote(note.length() > MAX_NOTE ? note.substring(0, MAX_NOTE - 3) + "..." : note)
                .withNewRegarding()
                .withApiVersion(key.kind().apiVersion())
                .withKind(key.kind().text())
                .withNamespace(key.kind().namespaced() ? key.namespace() : null)
                .withName(key.name())
                .withUid(object.meta().creation().uid())
                .endRegarding()
                .build();
    }

    /** A merge patch that counts it up. */
    static String again(long count, Instant now) {
        return "{\"series\":{\"count\":%d,\"lastObservedTime\":\"%s\"}}".formatted(count, MICROS.format(now));
    }

    /** Sixteen hexadecimal digits. */
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
