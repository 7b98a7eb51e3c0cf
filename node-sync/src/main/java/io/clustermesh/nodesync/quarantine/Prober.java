package io.clustermesh.nodesync.quarantine;

import io.clustermesh.model.IpAddress;
import java.util.List;

/** The second witness: connects by itself and says what came of it. */
public interface Prober extends AutoCloseable {

    /**
     * @param ip of a backend
     * @param port its TCP port
     */
    record Target(IpAddress ip, int port) {}

    /** @param answered whether the backend took the connection in time */
    record Result(Target target, boolean answered) {}

    /** Begins a probe, unless one of the same target is under way; false if too many are. Does not wait. */
    boolean probe(Target target);

    /** What came of probes since the last call. */
    List<Result> results();

    /** Ends those under way. */
    @Override
    void close();
}
