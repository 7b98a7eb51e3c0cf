package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.report.Row;
import java.util.List;
import java.util.Set;

/** One or more lines that need the same surroundings. */
interface Line {

    /** The names that {@code --lines} takes. */
    List<String> names();

    /** Measures those that are {@code wanted}. Everything that it makes is gone when it returns. */
    List<Row> measure(Ground ground, Set<String> wanted) throws InterruptedException;
}
