package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.RouterId;

/** Two connections between the same two speakers (RFC 4271, 6.8). */
public final class Collision {

    /** Who dialled. */
    public enum Direction {
        INCOMING,
        OUTGOING
    }

    private Collision() {}

    /** The direction that survives: the one dialled by the speaker with the higher BGP identifier. */
    public static Direction survivor(RouterId ours, RouterId theirs) {
        return ours.compareTo(theirs) < 0 ? Direction.INCOMING : Direction.OUTGOING;
    }

    /**
     * Whether a connection on which the neighbour's OPEN has just come must give way to {@code other}.
     *
     * @param other the older connection's state
     * @param survivor the direction that survives
     * @param direction of the connection with the new OPEN
     */
    public static boolean givesWay(ConnectionState other, Direction survivor, Direction direction) {
        return switch (other) {
            case ConnectionState.Established e -> true;
            case ConnectionState.OpenConfirm c -> direction != survivor;
            case ConnectionState.OpenSent s -> false;
            case ConnectionState.Closed c -> false;
        };
    }

    /** Whether {@code other} must give way to a connection on which the neighbour's OPEN has just come. */
    public static boolean yields(ConnectionState other, Direction survivor, Direction direction) {
        return other instanceof ConnectionState.OpenConfirm && direction == survivor;
    }
}
