package io.clustermesh.apiserver.api;

import java.time.Duration;

/**
 * What one client may ask of the services, so that none can crowd out the others.
 *
 * @param reads waits and sizes of answers
 * @param watches numbers of watches
 * @param leaderAway how long a watch that requires a leader lives on while etcd is away
 */
public record ServiceLimits(Reads reads, Watches watches, Duration leaderAway) {

    /**
     * @param readerWait after which a peer or an agent that asked for the newest gets what memory holds
     * @param adminWait after which the administrator is told that etcd does not answer
     * @param connectionBytes answers on their way to one connection
     * @param totalBytes answers on their way to all
     * @param waiting reads of one connection that may wait for etcd, and as many for their turn
     */
    public record Reads(Duration readerWait, Duration adminWait, long connectionBytes, long totalBytes, int waiting) {}

    /**
     * @param stream watches open on one stream
     * @param connection watches open on one connection
     * @param total watches open in this process
     * @param createsPerSecond of one connection; more wait
     */
    public record Watches(int stream, int connection, int total, int createsPerSecond) {}

    /**
     * A reader waits half a second for etcd, the administrator 5 s; 64 MiB of answers a connection and a quarter of the
     * heap together; 10,000 watches a connection, 500,000 in all, 2,000 created a second; a minute without etcd.
     */
    public static final ServiceLimits DEFAULT = new ServiceLimits(
            new Reads(
                    Duration.ofMillis(500),
                    Duration.ofSeconds(5),
                    64L << 20,
                    Math.max(128L << 20, Runtime.getRuntime().maxMemory() / 4),
                    4096),
            new Watches(10_000, 10_000, 500_000, 2000),
            Duration.ofMinutes(1));
}
