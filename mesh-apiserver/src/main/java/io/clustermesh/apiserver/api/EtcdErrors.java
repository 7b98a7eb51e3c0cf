package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.access.Role;
import io.clustermesh.apiserver.cache.KeySpan;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;

/**
 * Errors as etcd words them ({@code etcdserver/api/v3rpc/rpctypes/error.go}): Go clients compare the text, so it stands
 * first and, where they act on it, alone.
 */
final class EtcdErrors {

    static final String COMPACTED = "etcdserver: mvcc: required revision has been compacted";
    static final String EMPTY_WATCH_RANGE = "mvcc: watcher range is empty";
    static final String DUPLICATE_WATCH_ID = "mvcc: duplicate watch ID provided on the WatchStream";

    static final String TOO_MANY = "etcdserver: too many requests";

    private EtcdErrors() {}

    static StatusRuntimeException compacted() {
        return Status.OUT_OF_RANGE.withDescription(COMPACTED).asRuntimeException();
    }

    static StatusRuntimeException future() {
        return Status.OUT_OF_RANGE
                .withDescription("etcdserver: mvcc: required revision is a future revision")
                .asRuntimeException();
    }

    static StatusRuntimeException emptyKey() {
        return Status.INVALID_ARGUMENT
                .withDescription("etcdserver: key is not provided")
                .asRuntimeException();
    }

    static StatusRuntimeException noLeader() {
        return Status.UNAVAILABLE.withDescription("etcdserver: no leader").asRuntimeException();
    }

    static StatusRuntimeException notReady() {
        return Status.UNAVAILABLE
                .withDescription("etcdserver: no leader: mesh-apiserver has not read its etcd yet; try again")
                .asRuntimeException();
    }

    static StatusRuntimeException denied(Role role, KeySpan asked) {
        return Status.PERMISSION_DENIED.withDescription(role.refusal(asked)).asRuntimeException();
    }

    static StatusRuntimeException readOnly(Role role, String method) {
        return Status.PERMISSION_DENIED
                .withDescription("etcdserver: permission denied: %s (role %s) may only read; %s needs admin-<cluster>"
                        .formatted(role.user(), role.kind().name().toLowerCase(Locale.ROOT), method))
                .asRuntimeException();
    }

    static StatusRuntimeException unconfirmed() {
        return Status.UNAVAILABLE
                .withDescription(
                        "etcdserver: request timed out: mesh-apiserver's etcd did not confirm that this read is"
                                + " the newest; try again, or ask for a serializable read")
                .asRuntimeException();
    }

    /** etcd's {@code ErrTooManyRequests}. */
    static StatusRuntimeException tooMany(String what) {
        return Status.RESOURCE_EXHAUSTED.withDescription(TOO_MANY + ": " + what).asRuntimeException();
    }

    /** For streams that this server ends because it stops; clients go on elsewhere. */
    static Status stopping() {
        return Status.UNAVAILABLE.withDescription("etcdserver: server stopped");
    }
}
