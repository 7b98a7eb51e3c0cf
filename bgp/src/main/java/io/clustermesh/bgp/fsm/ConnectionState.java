package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.Message;
import io.clustermesh.bgp.packet.Message.Keepalive;
import io.clustermesh.bgp.packet.Message.Notification;
import io.clustermesh.bgp.packet.Message.Open;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One TCP connection from our OPEN to its end; the methods are the legal transitions.
 *
 * <pre>
 *              OPEN                 KEEPALIVE
 *   OpenSent ────────► OpenConfirm ───────────► Established ──┐ KEEPALIVE, UPDATE
 *      │                    │                      │   ▲──────┘
 *      └────────────────────┴──────────────────────┴──► Closed
 *         NOTIFICATION, hold timer, anything that may not come now, TCP gone, collision, stop
 * </pre>
 */
public sealed interface ConnectionState {

    /** How long an OPEN may take: "a large value, suggested 4 minutes" (RFC 4271, 8.2.2). */
    Duration OPEN_HOLD = Duration.ofMinutes(4);

    /** A message came. */
    Step receive(Message message, long nowNanos);

    /** Time has passed. */
    Step tick(long nowNanos);

    /** Nanoseconds until the next {@link #tick} can change anything. */
    long leftNanos(long nowNanos);

    /** The RFC's name of the state. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** TCP connected: sends our OPEN. */
    static Step begin(Terms terms, long nowNanos) {
        return Step.to(new OpenSent(terms, Timer.of(nowNanos, OPEN_HOLD)), terms.open());
    }

    /** Ends in any state. */
    default Step end(EndReason reason) {
        return Step.ended(reason);
    }

    /** What came could not be decoded. */
    default Step garbled(ProtocolException fault) {
        return Step.ended(new EndReason.ProtocolError(fault.notification(), String.valueOf(fault.getMessage())));
    }

    /** Our OPEN is out, theirs is awaited. */
    record OpenSent(Terms terms, Timer hold) implements ConnectionState {

        @Override
        public Step receive(Message message, long nowNanos) {
            return switch (message) {
                case Open open -> accept(open, nowNanos);
                case Notification n -> Step.ended(new EndReason.NotificationReceived(n));
                case Update u -> unexpected("UPDATE", 1);
                case Keepalive() -> unexpected("KEEPALIVE", 1);
            };
        }

        private Step accept(Open open, long nowNanos) {
            if (!open.asn().equals(terms.peerAsn())) {
                return refuse(2, "the neighbour is AS %s, configured is %s".formatted(open.asn(), terms.peerAsn()));
            }
            if (open.routerId().equals(terms.routerId())) {
                // legal between different AS (RFC 6286), but here it is a copied config, and ties must not be
                return refuse(3, "the neighbour has our router id %s; give each its own".formatted(open.routerId()));
            }
            Agreement agreement = Agreement.of(terms, open);
            return Step.to(
                    new OpenConfirm(
                            agreement,
                            Timer.of(nowNanos, agreement.holdTime()),
                            Timer.of(nowNanos, agreement.keepaliveTime())),
                    new Keepalive());
        }

        private static Step refuse(int subcode, String detail) {
            return Step.ended(new EndReason.ProtocolError(new Notification(2, subcode), detail));
        }

        @Override
        public Step tick(long nowNanos) {
            return hold.expired(nowNanos) ? Step.ended(new EndReason.HoldTimerExpired()) : Step.to(this);
        }

        @Override
        public long leftNanos(long nowNanos) {
            return hold.leftNanos(nowNanos);
        }
    }

    /** Both OPENs are in, the first KEEPALIVE is awaited. */
    record OpenConfirm(Agreement agreement, Timer hold, Timer keepalive) implements ConnectionState {

        @Override
        public Step receive(Message message, long nowNanos) {
            return switch (message) {
                case Keepalive() -> Step.to(new Established(agreement, hold.restarted(nowNanos), keepalive));
                case Notification n -> Step.ended(new EndReason.NotificationReceived(n));
                case Open o -> unexpected("OPEN", 2);
                case Update u -> unexpected("UPDATE", 2);
            };
        }

        @Override
        public Step tick(long nowNanos) {
            if (hold.expired(nowNanos)) {
                return Step.ended(new EndReason.HoldTimerExpired());
            }
            return keepalive.expired(nowNanos)
                    ? Step.to(new OpenConfirm(agreement, hold, keepalive.restarted(nowNanos)), new Keepalive())
                    : Step.to(this);
        }

        @Override
        public long leftNanos(long nowNanos) {
            return Math.min(hold.leftNanos(nowNanos), keepalive.leftNanos(nowNanos));
        }
    }

    /** Prefixes flow. */
    record Established(Agreement agreement, Timer hold, Timer keepalive) implements ConnectionState {

        @Override
        public Step receive(Message message, long nowNanos) {
            Established alive = new Established(agreement, hold.restarted(nowNanos), keepalive);
            return switch (message) {
                case Update update -> new Step(alive, List.of(), Optional.of(update));
                case Keepalive() -> Step.to(alive);
                case Notification n -> Step.ended(new EndReason.NotificationReceived(n));
                case Open o -> unexpected("OPEN", 3);
            };
        }

        @Override
        public Step tick(long nowNanos) {
            if (hold.expired(nowNanos)) {
                return Step.ended(new EndReason.HoldTimerExpired());
            }
            return keepalive.expired(nowNanos)
                    ? Step.to(new Established(agreement, hold, keepalive.restarted(nowNanos)), new Keepalive())
                    : Step.to(this);
        }

        @Override
        public long leftNanos(long nowNanos) {
            return Math.min(hold.leftNanos(nowNanos), keepalive.leftNanos(nowNanos));
        }
    }

    /** Over; nothing leads out of it. */
    record Closed(EndReason reason) implements ConnectionState {

        @Override
        public Step receive(Message message, long nowNanos) {
            return Step.to(this);
        }

        @Override
        public Step tick(long nowNanos) {
            return Step.to(this);
        }

        @Override
        public long leftNanos(long nowNanos) {
            return Long.MAX_VALUE;
        }
    }

    /** RFC 6608: the subcode tells the state in which the message may not come. */
    private static Step unexpected(String message, int subcode) {
        return Step.ended(new EndReason.ProtocolError(
                new Notification(5, subcode), "%s may not come in this state".formatted(message)));
    }
}
