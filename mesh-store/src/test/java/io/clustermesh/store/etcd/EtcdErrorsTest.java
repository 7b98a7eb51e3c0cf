package io.clustermesh.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.kv.StoreException;
import io.grpc.Status;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EtcdErrorsTest {

    @ParameterizedTest
    @EnumSource(Status.Code.class)
    void shouldSayWhatToDoAboutEveryCode(Status.Code code) {
        StoreException fault = EtcdErrors.toStoreException(
                "list of a/", code.toStatus().withDescription("why").asRuntimeException());

        Class<? extends StoreException> expected = switch (code) {
            case CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE ->
                StoreException.Unavailable.class;
            case PERMISSION_DENIED, UNAUTHENTICATED -> StoreException.Denied.class;
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS -> StoreException.Invalid.class;
        };
        assertThat(fault)
                .isInstanceOf(expected)
                .hasMessageContaining("list of a/")
                .hasMessageContaining("why");
    }

    @Test
    void shouldNameTheDeepestCauseOfAFailedHandshake() {
        Throwable handshake = new IllegalStateException("outer", new SSLHandshakeException("certificate expired"));

        StoreException fault = EtcdErrors.toStoreException(
                "list", Status.UNAVAILABLE.withCause(handshake).asRuntimeException());

        assertThat(fault).hasMessage("list failed: unavailable, because certificate expired");
    }
}
