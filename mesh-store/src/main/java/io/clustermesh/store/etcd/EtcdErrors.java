package io.clustermesh.store.etcd;

import io.clustermesh.store.kv.StoreException;
import io.grpc.Status;
import java.util.Locale;

/** The one place that turns gRPC's status codes into what a caller should do. */
final class EtcdErrors {

    private EtcdErrors() {}

    /** What to do about a failed call. */
    enum Remedy {
        RETRY,
        ASK_A_PERSON,
        GIVE_UP
    }

    static Remedy remedy(Status.Code code) {
        return switch (code) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, CANCELLED, UNKNOWN, INTERNAL ->
                Remedy.RETRY;
            case PERMISSION_DENIED, UNAUTHENTICATED -> Remedy.ASK_A_PERSON;
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS,
                    OK -> Remedy.GIVE_UP;
        };
    }

    /** @param call what was asked, for the message */
    static StoreException toStoreException(String call, Throwable failure) {
        Status status = Status.fromThrowable(failure);
        String message = "%s failed: %s".formatted(call, describe(status));
        return switch (remedy(status.getCode())) {
            case RETRY -> new StoreException.Unavailable(message, failure);
            case ASK_A_PERSON ->
                new StoreException.Denied(
                        message + "; give the certificate's name (CN) the role that this needs", failure);
            case GIVE_UP -> new StoreException.Invalid(message, failure);
        };
    }

    /** Code, description and the deepest cause, which for a failed handshake is the only part that says why. */
    static String describe(Status status) {
        StringBuilder text = new StringBuilder(
                status.getCode().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        if (status.getDescription() != null) {
            // the lines after the first describe Netty's pipeline
            text.append(" (")
                    .append(status.getDescription().lines().findFirst().orElse(""))
                    .append(')');
        }
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause != null && cause.getMessage() != null) {
            text.append(", because ").append(cause.getMessage());
        }
        return text.toString();
    }
}
