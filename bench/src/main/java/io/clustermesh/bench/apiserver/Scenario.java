package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.report.Row;
import java.util.List;
import java.util.Set;

/** One or more lines that need the same servers and data. */
interface Scenario {

    /** The lines that it measures. */
    List<String> lines();

    /** Measures those of its lines that are {@code wanted}. Everything that it starts is stopped when it returns. */
    List<Row> measure(Stage stage, Set<String> wanted) throws InterruptedException;
}
