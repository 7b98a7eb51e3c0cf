package io.clustermesh.bpf.maps;

/**
 * The eight bytes that say how a service chooses among its slots: for slot {@code n}, byte {@code n} holds the tier in
 * its upper 2 bits (0 is tried first) and the weight in its lower 6 (0 switches the slot off).
 *
 * @param bits the word, slot 0 in the lowest byte
 */
public record PolicyWord(long bits) {

    /** Tiers there are. */
    public static final int TIERS = 4;

    /** The largest weight of a slot. */
    public static final int MAX_WEIGHT = 63;

    /** All slots off: connects are refused. */
    public static final PolicyWord OFF = new PolicyWord(0);

    /** This word with {@code slot} in {@code tier} with {@code weight}. */
    public PolicyWord with(int slot, int tier, int weight) {
        if (slot < 0
                || slot >= ServiceEntry.MAX_SLOTS
                || tier < 0
                || tier >= TIERS
                || weight < 0
                || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("slot %d, tier %d, weight %d: one is out of range (0..7, 0..3, 0..63)"
                    .formatted(slot, tier, weight));
        }
        long cleared = bits & ~(0xffL << slot * 8);
        return new PolicyWord(cleared | (long) (tier << 6 | weight) << slot * 8);
    }

    /** Tier of {@code slot}. */
    public int tier(int slot) {
        return (int) (bits >>> slot * 8 + 6) & 3;
    }

    /** Weight of {@code slot}, 0 if it is off. */
    public int weight(int slot) {
        return (int) (bits >>> slot * 8) & MAX_WEIGHT;
    }
}
