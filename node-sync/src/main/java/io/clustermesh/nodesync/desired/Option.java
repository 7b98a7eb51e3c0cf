package io.clustermesh.nodesync.desired;

import io.clustermesh.bpf.maps.BackendEntry.State;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.MeshService.Place;
import org.jspecify.annotations.Nullable;

/**
 * An address that a frontend might use, before preferences.
 *
 * @param at its address
 * @param state whether it takes new connections
 * @param place where it is
 * @param weight its share, 1 or more
 */
record Option(Address at, State state, Place place, int weight) {

    /** What counts once: pod IP, protocol and target port. */
    record Address(IpAddress ip, L4 l4) implements Comparable<Address> {

        // by hand for the reason that IpAddress gives
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Address that && ip.equals(that.ip) && l4.equals(that.l4);
        }

        @Override
        public int hashCode() {
            return ip.hashCode() * 31 + l4.hashCode();
        }

        @Override
        public int compareTo(Address other) {
            int byIp = ip.compareTo(other.ip);
            return byIp != 0 ? byIp : l4.compareTo(other.l4);
        }

        /** Spreads addresses evenly, alike on every node: for who is chosen when not all are wanted. */
        long lot() {
            long word = (ip.high() * 0x9e3779b97f4a7c15L ^ ip.low()) + l4.port();
            word = (word ^ word >>> 30) * 0xbf58476d1ce4e5b9L;
            word = (word ^ word >>> 27) * 0x94d049bb133111ebL;
            return word ^ word >>> 31;
        }
    }

    boolean active() {
        return state == State.ACTIVE;
    }

    DesiredBackend backend() {
        return new DesiredBackend(at.ip, at.l4, state, weight);
    }

    Option better(Option other) {
        return state.compareTo(other.state) <= 0 ? this : other;
    }

    /** What a drain of its node leaves of it; at the end it serves only if nobody else does. */
    Option keeping(int percent) {
        if (percent == 100) {
            return this;
        }
        return percent == 0
                ? new Option(at, active() ? State.TERMINATING : state, place, weight)
                : new Option(at, state, place, Math.max(1, weight * percent / 100));
    }
}
