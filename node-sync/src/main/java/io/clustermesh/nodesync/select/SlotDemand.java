package io.clustermesh.nodesync.select;

import io.clustermesh.model.ClusterName;

/**
 * What one cluster has to offer to a frontend.
 *
 * @param cluster whose backends
 * @param place how they stand to the client
 * @param offer the backends
 * @param keepPercent what an operator's drain leaves of its share, 100 without one
 * @param parts how many slots divide what the cluster gets, so that its weight may be more than one slot's 63
 */
public record SlotDemand(ClusterName cluster, Place place, Offer offer, int keepPercent, int parts) {

    /** How a cluster's backends stand to the client. */
    public enum Place {
        /** The client's own cluster. */
        LOCAL(true, true),
        /** The client's own cluster, but not as near as the service prefers. */
        LOCAL_FAR(true, false),
        /** A peer. */
        REMOTE(false, true),
        /** A peer, but not as near as the service prefers. */
        REMOTE_FAR(false, false);

        private final boolean local;
        private final boolean near;

        Place(boolean local, boolean near) {
            this.local = local;
            this.near = near;
        }

        /** The place of a slot. */
        public static Place of(boolean local, boolean near) {
            if (local) {
                return near ? LOCAL : LOCAL_FAR;
            }
            return near ? REMOTE : REMOTE_FAR;
        }

        boolean local() {
            return local;
        }

        boolean near() {
            return near;
        }
    }

    /**
     * @param active backends that take new connections
     * @param terminating backends that serve, but take new connections only if nobody else does
     * @param unready backends that should be there and serve nobody
     * @param weight sum of the active backends' weights, 100 for each of the usual ones
     */
    public record Offer(int active, int terminating, int unready, long weight) {

        /** Nothing at all. */
        public static final Offer NOTHING = new Offer(0, 0, 0, 0);

        /** @throws IllegalArgumentException for negative numbers */
        public Offer {
            if (active < 0 || terminating < 0 || unready < 0 || weight < 0) {
                throw new IllegalArgumentException(
                        "a slot cannot have %d active, %d terminating and %d unready backends of weight %d"
                                .formatted(active, terminating, unready, weight));
            }
        }

        /** How many backends its table holds. */
        int usable() {
            return active > 0 ? active : terminating;
        }

        /** The part of the active and unready backends that is active. */
        double health() {
            return active == 0 ? 0 : (double) active / (active + unready);
        }
    }

    /** @throws IllegalArgumentException for a share outside 0..100, or for no parts */
    public SlotDemand {
        if (keepPercent < 0 || keepPercent > 100 || parts < 1) {
            throw new IllegalArgumentException(
                    "a slot cannot keep %d%% of its share in %d parts".formatted(keepPercent, parts));
        }
    }

    /** A cluster in one slot. */
    public SlotDemand(ClusterName cluster, Place place, Offer offer, int keepPercent) {
        this(cluster, place, offer, keepPercent, 1);
    }

    /** One of {@code count} slots of the same cluster. */
    public SlotDemand in(int count) {
        return new SlotDemand(cluster, place, offer, keepPercent, count);
    }
}
