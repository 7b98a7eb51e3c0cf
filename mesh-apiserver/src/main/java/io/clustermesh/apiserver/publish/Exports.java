package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ExportMode;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.sync.SyncStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a cluster exports and for how long it stands. Every canary is written whatever is chosen, so a reader never
 * waits.
 *
 * @param mode services (Cilium up to 1.19 reads only those), endpoint slices (all that will be left in 1.22), or both
 * @param serviceExports whether ServiceExports of MCS-API are exported
 * @param everyNamespace whether a namespace without the annotation takes part in the mesh, as Cilium's {@code
 *     --clustermesh-default-global-namespace}
 * @param leaseTtl how long keys outlive their writer, 25 s to 24 h as Cilium's {@code --kvstore-lease-ttl}
 */
public record Exports(ExportMode mode, boolean serviceExports, boolean everyNamespace, Duration leaseTtl) {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(25);
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);

    /** Everything, so that every release can read us. Stands after the limits, which its lease is held against. */
    public static final Exports ALL =
            new Exports(ExportMode.SERVICES_AND_SLICES, true, true, SyncStore.Options.DEFAULT_LEASE_TTL);

    private static final Map<String, ExportMode> WORDS = Map.of(
            "services", ExportMode.SERVICES,
            "both", ExportMode.SERVICES_AND_SLICES,
            "slices", ExportMode.SLICES);

    /** Of every namespace. */
    public Exports(ExportMode mode, boolean serviceExports, Duration leaseTtl) {
        this(mode, serviceExports, true, leaseTtl);
    }

    /** @throws IllegalArgumentException for a lease outside 25 s to 24 h */
    public Exports {
        if (leaseTtl.compareTo(SHORTEST_LEASE) < 0 || leaseTtl.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("a lease of %s is outside 25s..24h".formatted(leaseTtl));
        }
    }

    /** Reads the settings {@code exports} and {@code leaseTtl}. */
    public static Exports read(Settings settings) {
        ExportMode mode = settings.parsed("exports.mode", "both", "both", Exports::mode);
        boolean serviceExports = settings.flag("exports.serviceExports", ALL.serviceExports);
        boolean everyNamespace = settings.flag("exports.everyNamespace", ALL.everyNamespace);
        Duration leaseTtl = settings.duration("leaseTtl", ALL.leaseTtl);
        try {
            return new Exports(mode, serviceExports, everyNamespace, leaseTtl);
        } catch (IllegalArgumentException e) {
            settings.mistake("leaseTtl", String.valueOf(e.getMessage()), "write leaseTtl: 15m");
            return ALL;
        }
    }

    private static ExportMode mode(String word) {
        return Optional.ofNullable(WORDS.get(word))
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is no export mode; known are services, both and slices".formatted(word)));
    }
}
