package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.View;
import io.clustermesh.model.ClusterName;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The header that every answer carries. Clients pin its {@code cluster_id} and resume from its revision, so both are
 * etcd's own; the member is this server.
 */
final class Headers {

    /** There are no elections here: one term for ever. */
    static final long TERM = 1;

    private final long memberId;

    Headers(ClusterName cluster) {
        UUID name = UUID.nameUUIDFromBytes(("mesh-apiserver/" + cluster).getBytes(StandardCharsets.UTF_8));
        memberId = name.getMostSignificantBits() | 1;
    }

    long memberId() {
        return memberId;
    }

    /** The header for an answer that shows {@code revision}. */
    ResponseHeader at(View view, long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(view.clusterId())
                .setMemberId(memberId)
                .setRevision(revision)
                .setRaftTerm(TERM)
                .build();
    }

    ResponseHeader of(View view) {
        return at(view, view.revision());
    }
}
