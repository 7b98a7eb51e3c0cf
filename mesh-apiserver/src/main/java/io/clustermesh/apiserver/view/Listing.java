package io.clustermesh.apiserver.view;

import io.clustermesh.apiserver.cache.Entry;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Pages of one kind of object over all clusters: our own first, then those of each peer by name. A filter may leave a
 * page nearly empty; it ends after {@value #MOST_LOOKED_AT} entries all the same, so that no request costs more.
 *
 * @param mesh where from
 * @param ownPrefix our own objects
 * @param cachePrefix what mirrors keep; the cluster's name is the first step below
 * @param within what stands between the cluster's name and the object's own part of the key
 */
record Listing(Mesh mesh, String ownPrefix, String cachePrefix, String within) {

    private static final int MOST_LOOKED_AT = 10_000;
    private static final int STRETCH = 1_000;

    /**
     * One cluster's share of the keys.
     *
     * @param cluster whose
     * @param prefix where
     */
    record Part(ClusterName cluster, String prefix) {}

    /** Reads one entry. */
    @FunctionalInterface
    interface Reader<T> {
        Decoded<T> read(Part part, String name, String value);
    }

    /** Every cluster's part, in the order of the pages. */
    List<Part> parts(Moment moment) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(mesh.own().name(), ownPrefix));
        moment.clustersBelow(cachePrefix)
                .forEach(cluster -> parts.add(new Part(cluster, cachePrefix + cluster + "/" + within)));
        return parts;
    }

    /**
     * @param cluster the only cluster that is wanted, if any
     * @param wanted what else counts
     * @param row from the object to what is shown
     */
    <T, R> Page<R> page(
            PageRequest request, Optional<String> cluster, Reader<T> reader, Predicate<T> wanted, RowMaker<T, R> row) {
        Moment moment = mesh.at(request);
        Map<ClusterName, Optional<java.time.Duration>> ages = mesh.ages();
        List<R> rows = new ArrayList<>();
        int malformed = 0;
        int looked = 0;
        String after = request.after().map(PageRequest.Token::place).orElse("");
        boolean begun = after.isEmpty();
        for (Part part : parts(moment)) {
            boolean resumesHere = !begun && after.startsWith(part.prefix());
            begun |= resumesHere;
            if (!begun
                    || cluster.filter(name -> !name.equals(part.cluster().value()))
                            .isPresent()) {
                continue;
            }
            String place = resumesHere ? after : "";
            List<Entry> stretch;
            do {
                stretch = moment.list(part.prefix(), place, STRETCH);
                for (Entry entry : stretch) {
                    if (rows.size() == request.limit() || looked == MOST_LOOKED_AT) {
                        return page(moment, rows, malformed, place.isEmpty() ? before(part) : place);
                    }
                    looked++;
                    place = entry.key();
                    switch (reader.read(part, place.substring(part.prefix().length()), entry.text())) {
                        case Decoded.Value<T>(T value) -> {
                            if (wanted.test(value)) {
                                rows.add(row.of(
                                        part.cluster(), value, ages.getOrDefault(part.cluster(), Optional.empty())));
                            }
                        }
                        case Decoded.Malformed<T> ignored -> malformed++;
                    }
                }
            } while (stretch.size() == STRETCH);
        }
        return new Page<>(mesh.source(moment), rows, malformed, Optional.empty());
    }

    /** The place just before a part's first key: it has the part's prefix and sorts first. */
    private static String before(Part part) {
        return part.prefix();
    }

    private <R> Page<R> page(Moment moment, List<R> rows, int malformed, String place) {
        return new Page<>(
                mesh.source(moment),
                rows,
                malformed,
                Optional.of(new PageRequest.Token(moment.revision(), place).text()));
    }

    /** What is shown of an object. */
    @FunctionalInterface
    interface RowMaker<T, R> {
        /** @param age since the object's cluster was last heard of; empty if not known */
        R of(ClusterName cluster, T value, Optional<java.time.Duration> age);
    }

    /** The object called {@code name}, of every cluster that has it. */
    <T, R> List<R> find(Moment moment, String name, Reader<T> reader, RowMaker<T, R> row) {
        Map<ClusterName, Optional<java.time.Duration>> ages = mesh.ages();
        List<R> rows = new ArrayList<>();
        for (Part part : parts(moment)) {
            moment.get(part.prefix() + name)
                    .flatMap(entry -> reader.read(part, name, entry.text()).asOptional())
                    .ifPresent(value -> rows.add(
                            row.of(part.cluster(), value, ages.getOrDefault(part.cluster(), Optional.empty()))));
        }
        return rows;
    }

    /** A reader of values that carry everything themselves. */
    static <T> Reader<T> json(Function<byte[], Decoded<T>> decode) {
        return (part, name, value) -> decode.apply(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
