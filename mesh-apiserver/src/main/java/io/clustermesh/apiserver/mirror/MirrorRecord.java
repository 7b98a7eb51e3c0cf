package io.clustermesh.apiserver.mirror;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.ClusterConfigCodec;
import io.clustermesh.store.sync.Freshness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the replica that mirrors a peer tells the others of it, in our kvstore: they show it in their status, and
 * whoever takes the mirror over knows since when the peer is away.
 *
 * @param at when it was written
 * @param status what it said then
 */
record MirrorRecord(Instant at, MirrorStatus status) {

    /** Where all records are. */
    static final String PREFIX = Keys.OURS + "state/mirrors/";

    private static final ObjectMapper JSON = new ObjectMapper();

    static String key(ClusterName peer) {
        return PREFIX + peer;
    }

    /** The status as it is at {@code now} as far as this record knows: everything is older by the record's age. */
    MirrorStatus asOf(Instant now) {
        Duration between = Duration.between(at, now);
        Duration age = between.isNegative() ? Duration.ZERO : between;
        MirrorStatus.Connection then = status.connection();
        return new MirrorStatus(
                status.cluster(),
                status.state(),
                new MirrorStatus.Connection(
                        then.connected(),
                        then.lastEventAge().map(age::plus),
                        then.staleSince(),
                        then.failures(),
                        then.lastFailure()),
                status.config(),
                status.resources(),
                new MirrorStatus.Owner(status.owner().replica(), false, age),
                status.cost());
    }

    byte[] encode() {
        ObjectNode root = JSON.createObjectNode();
        root.put("at", at.toString());
        root.put("replica", status.owner().replica());
        root.put("cluster", status.cluster().value());
        root.put("state", status.state().name());
        ObjectNode connection = root.putObject("connection");
        connection.put("connected", status.connection().connected());
        status.connection().lastEventAge().ifPresent(age -> connection.put("lastEventAgeMillis", age.toMillis()));
        status.connection().staleSince().ifPresent(since -> connection.put("staleSince", since.toString()));
        connection.put("failures", status.connection().failures());
        status.connection()
                .lastFailure()
                .ifPresent(failure -> connection
                        .putObject("lastFailure")
                        .put("reason", failure.reason())
                        .put("at", failure.at().toString()));
        status.config()
                .ifPresent(config ->
                        root.put("config", new String(ClusterConfigCodec.encode(config), StandardCharsets.UTF_8)));
        ArrayNode resources = root.putArray("resources");
        for (MirrorStatus.ResourceStatus resource : status.resources()) {
            ObjectNode row = resources
                    .addObject()
                    .put("resource", resource.resource())
                    .put("synced", resource.synced())
                    .put("entries", resource.entries())
                    .put("refusedCount", resource.refusedCount());
            ArrayNode refused = row.putArray("refused");
            resource.refused()
                    .forEach(refusal ->
                            refused.addObject().put("key", refusal.key()).put("reason", refusal.reason()));
        }
        MirrorStatus.Cost cost = status.cost();
        root.putObject("cost")
                .put("keys", cost.keys())
                .put("bytes", cost.bytes())
                .put("heldBackMillis", cost.heldBack().toMillis())
                .put("overLimit", cost.overLimit())
                .put("cacheRevocations", cost.cacheRevocations());
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if it is not what {@link #encode} writes. */
    static Optional<MirrorRecord> decode(byte[] value) {
        try {
            JsonNode root = JSON.readTree(value);
            JsonNode connection = root.path("connection");
            JsonNode failure = connection.path("lastFailure");
            JsonNode cost = root.path("cost");
            List<MirrorStatus.ResourceStatus> resources = new ArrayList<>();
            root.path("resources").forEach(row -> resources.add(resource(row)));
            return Optional.of(new MirrorRecord(
                    Instant.parse(root.path("at").asText()),
                    new MirrorStatus(
                            new ClusterName(root.path("cluster").asText()),
                            MirrorStatus.State.valueOf(root.path("state").asText()),
                            new MirrorStatus.Connection(
                                    connection.path("connected").asBoolean(),
                                    present(connection.path("lastEventAgeMillis"))
                                            .map(age -> Duration.ofMillis(age.asLong())),
                                    present(connection.path("staleSince")).map(since -> Instant.parse(since.asText())),
                                    connection.path("failures").asLong(),
                                    present(failure)
                                            .map(found -> new Freshness.Failure(
                                                    found.path("reason").asText(),
                                                    Instant.parse(
                                                            found.path("at").asText())))),
                            present(root.path("config"))
                                    .flatMap(text -> ClusterConfigCodec.decode(
                                                    text.asText().getBytes(StandardCharsets.UTF_8))
                                            .asOptional()),
                            resources,
                            new MirrorStatus.Owner(root.path("replica").asText(), false, Duration.ZERO),
                            new MirrorStatus.Cost(
                                    cost.path("keys").asLong(),
                                    cost.path("bytes").asLong(),
                                    Duration.ofMillis(
                                            cost.path("heldBackMillis").asLong()),
                                    cost.path("overLimit").asLong(),
                                    cost.path("cacheRevocations").asLong()))));
        } catch (java.io.IOException | java.time.DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static MirrorStatus.ResourceStatus resource(JsonNode row) {
        List<MirrorStatus.Refusal> refused = new ArrayList<>();
        row.path("refused")
                .forEach(refusal -> refused.add(new MirrorStatus.Refusal(
                        refusal.path("key").asText(), refusal.path("reason").asText())));
        return new MirrorStatus.ResourceStatus(
                row.path("resource").asText(),
                row.path("synced").asBoolean(),
                row.path("entries").asInt(),
                row.path("refusedCount").asInt(),
                refused);
    }

    private static Optional<JsonNode> present(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }
}
