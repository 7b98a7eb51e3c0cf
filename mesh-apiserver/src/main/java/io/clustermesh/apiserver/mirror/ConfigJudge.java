package io.clustermesh.apiserver.mirror;

import io.clustermesh.model.ClusterConfig;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.Keys;
import io.clustermesh.model.codec.ClusterConfigCodec;
import java.util.Optional;

/** Decides whether a peer's config is acceptable (the rules are Cilium's {@code pkg/clustermesh/utils}, and stricter). */
final class ConfigJudge {

    private final ClusterName peer;
    private final MeshClaims claims;

    ConfigJudge(ClusterName peer, MeshClaims claims) {
        this.peer = peer;
        this.claims = claims;
    }

    /** What came of it. */
    sealed interface Verdict {
        /** The config is fine and its id reserved. */
        record Accepted(ClusterConfig config) implements Verdict {}

        /** It is not; the reason names rule, value and remedy. */
        record Refused(String reason) implements Verdict {}
    }

    Verdict judge(Optional<byte[]> value) {
        if (value.isEmpty()) {
            return new Verdict.Refused(
                    "the peer has no key %s; wait until it has started, or check that the connection file's name is the peer's name and that its endpoint is that peer"
                            .formatted(Keys.clusterConfig(peer)));
        }
        return switch (ClusterConfigCodec.decode(value.get())) {
            case Decoded.Malformed<ClusterConfig>(String reason) ->
                new Verdict.Refused(reason + "; correct the peer's name and id");
            case Decoded.Value<ClusterConfig>(ClusterConfig config) -> judge(config);
        };
    }

    private Verdict judge(ClusterConfig config) {
        int ours = claims.own().size().maxClusters();
        int theirs = config.capabilities().maxConnectedClusters();
        if (theirs != ours) {
            return new Verdict.Refused(
                    "the peer's mesh holds %d clusters, ours %d, so identities would differ; set meshSize alike in every cluster"
                            .formatted(theirs, ours));
        }
        if (config.id().value() > ours) {
            return new Verdict.Refused(
                    "cluster id %s is outside 1..%d; give the peer another id".formatted(config.id(), ours));
        }
        if (config.capabilities().cached()) {
            return new Verdict.Refused(
                    "the endpoint serves another mirror's copy of the peer; point the connection file at the peer itself");
        }
        if (config.capabilities().exportMode().isEmpty()) {
            return new Verdict.Refused(
                    "the peer exports services in mode \"%s\", known are %s and none; set one of them in the peer"
                            .formatted(
                                    config.capabilities().endpointSlicesExportMode(),
                                    ExportMode.SERVICES_AND_SLICES.text() + ", " + ExportMode.SLICES.text()));
        }
        Optional<ClusterName> owner = claims.reserve(peer, config.id());
        if (owner.isPresent()) {
            return new Verdict.Refused("cluster id %s belongs to %s already; give one of the two another id"
                    .formatted(config.id(), owner.get()));
        }
        return new Verdict.Accepted(config);
    }
}
