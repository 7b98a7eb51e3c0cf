package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.Message.Notification;
import java.util.Optional;

/** Why a connection ended. */
public sealed interface EndReason {

    /** Nothing came for the whole hold time. */
    record HoldTimerExpired() implements EndReason {}

    /** The neighbour ended it. */
    record NotificationReceived(Notification notification) implements EndReason {}

    /**
     * The neighbour sent something that can't be, or that may not come now.
     *
     * @param notification our answer
     * @param detail what it was
     */
    record ProtocolError(Notification notification, String detail) implements EndReason {}

    /** TCP failed or was closed. */
    record TransportFailed(String cause) implements EndReason {}

    /** The neighbour has another connection with us, which stays. */
    record CollisionLost() implements EndReason {}

    /** We are stopping. */
    record Stopped() implements EndReason {}

    /** The neighbour announced more than it may. */
    record TooManyPrefixes(int limit) implements EndReason {}

    /** What to send before closing; nothing if the other side closed or can't be reached. */
    default Optional<Notification> farewell() {
        return switch (this) {
            case HoldTimerExpired() -> Optional.of(new Notification(4, 0));
            case NotificationReceived(Notification theirs) -> Optional.empty();
            case ProtocolError(Notification ours, String detail) -> Optional.of(ours);
            case TransportFailed(String cause) -> Optional.empty();
            case CollisionLost() -> Optional.of(new Notification(6, 7));
            case Stopped() -> Optional.of(new Notification(6, 2));
            case TooManyPrefixes(int limit) -> Optional.of(new Notification(6, 1));
        };
    }

    /** In words, for logs and status. */
    default String describe() {
        return switch (this) {
            case HoldTimerExpired() -> "the neighbour was silent for the hold time";
            case NotificationReceived(Notification theirs) -> "the neighbour said: " + theirs.describe();
            case ProtocolError(Notification ours, String detail) -> detail;
            case TransportFailed(String cause) -> "TCP: " + cause;
            case CollisionLost() -> "two connections at once, the other one stays";
            case Stopped() -> "this speaker is stopping";
            case TooManyPrefixes(int limit) ->
                "more than %d prefixes; raise maxPrefixes if they are meant".formatted(limit);
        };
    }
}
