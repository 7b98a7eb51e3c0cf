package io.clustermesh.model;

import java.util.Optional;

/**
 * What a cluster says of itself at {@code cilium/cluster-config/<cluster>} (Cilium {@code CiliumClusterConfig}).
 *
 * @param id the cluster's id
 * @param capabilities what the writer's data looks like
 */
public record ClusterConfig(ClusterId id, Capabilities capabilities) {

    /**
     * @param syncedCanaries the writer publishes a canary when a resource's first sync is complete
     * @param cached the data is a mirror's and lies under {@code cilium/cache}
     * @param maxConnectedClusters 255 or 511
     * @param serviceExportsEnabled empty if the writer does not know MCS-API
     * @param endpointSlicesExportMode empty text for services only; a reader refuses modes that it does not know
     */
    public record Capabilities(
            boolean syncedCanaries,
            boolean cached,
            int maxConnectedClusters,
            Optional<Boolean> serviceExportsEnabled,
            String endpointSlicesExportMode) {

        /** The export mode, empty if it is a word that nobody knows. */
        public Optional<ExportMode> exportMode() {
            return ExportMode.of(endpointSlicesExportMode);
        }

        /**
         * Whether the writer publishes {@code resource}, its canary included. A reader must not wait for the canary of
         * one that it doesn't.
         */
        public boolean exports(Keys.Resource resource) {
            return switch (resource) {
                case NODES, IDENTITIES, IPS -> true;
                case SERVICES -> exportMode().map(ExportMode::services).orElse(true);
                case ENDPOINT_SLICES -> exportMode().map(ExportMode::slices).orElse(false);
                case SERVICE_EXPORTS -> serviceExportsEnabled.isPresent();
            };
        }
    }

    /** The same config as a mirror republishes it: cached, and with canaries. */
    public ClusterConfig asMirrored() {
        return new ClusterConfig(
                id,
                new Capabilities(
                        true,
                        true,
                        capabilities.maxConnectedClusters,
                        capabilities.serviceExportsEnabled,
                        capabilities.endpointSlicesExportMode));
    }
}
