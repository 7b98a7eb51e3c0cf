package io.clustermesh.bench.apiserver;

import io.clustermesh.bench.host.LoadGenerator;
import io.clustermesh.bench.host.Machine;
import io.clustermesh.bench.host.Workshop;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * What every line of the bench works with.
 *
 * @param workshop processes and folders
 * @param generator the load generator
 * @param checkout the project's folder, for {@code bin/clustermesh}
 * @param effort how long and how often
 * @param progress is told what happens, for a person who waits
 */
record Stage(Workshop workshop, LoadGenerator generator, Path checkout, Effort effort, Consumer<String> progress) {

    /**
     * @param rounds how often each side is measured; the median counts
     * @param seconds how long one measurement of a rate takes
     * @param scale what the number of keys is divided by
     * @param full nothing is sampled that can be measured whole
     */
    record Effort(int rounds, double seconds, int scale, boolean full) {}

    Path launcher() {
        return checkout.resolve("bin/clustermesh");
    }

    Site site(String name, int id) {
        return Site.make(workshop.folder("homes"), name, id, Machine.freePort());
    }

    /** Writes {@code keys} numbered keys with values of 400 bytes below {@code prefix}, as fast as etcd takes them. */
    void fill(Etcd etcd, String prefix, int keys) {
        generator.run(List.of(
                "fill",
                "--put",
                etcd.plain(),
                "--prefix",
                prefix,
                "--keys",
                String.valueOf(keys),
                "--clients",
                "1",
                "--outstanding",
                "8"));
    }

    int scaled(int keys) {
        return keys / effort.scale();
    }
}
