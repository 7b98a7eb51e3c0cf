package io.clustermesh.apiserver.h2;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The {@code grpc-timeout} header: at most eight digits and a unit. */
final class GrpcTimeout {

    private GrpcTimeout() {}

    /** Nothing if it is not as gRPC writes it. */
    static Optional<Duration> parse(CharSequence text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > 8) {
            return Optional.empty();
        }
        long amount = 0;
        for (int i = 0; i < digits; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return Optional.empty();
            }
            amount = amount * 10 + c - '0';
        }
        Optional<ChronoUnit> unit = switch (text.charAt(digits)) {
            case 'H' -> Optional.of(ChronoUnit.HOURS);
            case 'M' -> Optional.of(ChronoUnit.MINUTES);
            case 'S' -> Optional.of(ChronoUnit.SECONDS);
            case 'm' -> Optional.of(ChronoUnit.MILLIS);
            case 'u' -> Optional.of(ChronoUnit.MICROS);
            case 'n' -> Optional.of(ChronoUnit.NANOS);
            default -> Optional.empty();
        };
        long count = amount;
        return unit.map(u -> Duration.of(count, u));
    }
}
