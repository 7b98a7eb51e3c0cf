package io.clustermesh.apiserver.publish;

import io.clustermesh.model.ExportMode;

/**
 * Which forms of its services a cluster exports. Every canary is written whatever is chosen, so a reader never waits.
 *
 * @param mode services (Cilium up to 1.19 reads only those), endpoint slices (all that will be left in 1.22), or both
 * @param serviceExports whether ServiceExports of MCS-API are exported
 */
public record Exports(ExportMode mode, boolean serviceExports) {

    /** Everything, so that every release can read us. */
    public static final Exports ALL = new Exports(ExportMode.SERVICES_AND_SLICES, true);
}
