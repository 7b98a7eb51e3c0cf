package io.clustermesh.store.lead;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Which replica should rather lead which task: by rendezvous hashing, so that tasks spread evenly, every replica
 * computes the same, and a replica that goes or comes moves only its own share.
 */
final class Ranking {

    private Ranking() {}

    /** How many of {@code replicas} (and {@code self}) should rather lead {@code task} than {@code self} should. */
    static int of(String self, String task, Collection<String> replicas) {
        return order(self, task, replicas).indexOf(self);
    }

    /** The replica that should rather lead {@code task} than all others. */
    static String first(String self, String task, Collection<String> replicas) {
        return order(self, task, replicas).getFirst();
    }

    private static List<String> order(String self, String task, Collection<String> replicas) {
        TreeSet<String> all = new TreeSet<>(replicas);
        all.add(self);
        return all.stream()
                .sorted(Comparator.comparingLong((String replica) -> weight(replica, task))
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    // CRC is linear: xor of two inputs' difference would rank all tasks alike, so it is mixed (splitmix64's finisher)
    private static long weight(String replica, String task) {
        long mixed = crc(replica) << 32 ^ crc(task);
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    private static long crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
