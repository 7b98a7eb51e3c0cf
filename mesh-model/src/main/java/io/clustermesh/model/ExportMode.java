package io.clustermesh.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * In which form a cluster publishes the backends of its services (Cilium's capability {@code
 * endpointSlicesExportMode}). Up to Cilium 1.19 there are services only; 1.20 writes both forms; from 1.22 on there will
 * be slices only (cilium/cilium#41953).
 */
public enum ExportMode {
    /** {@code cilium/state/services} only. */
    SERVICES(""),
    /** Both forms; a reader takes the one that it prefers. */
    SERVICES_AND_SLICES("services-and-endpointslices"),
    /** {@code cilium/state/endpointslices} only. */
    SLICES("endpointslices-only");

    private final String text;

    ExportMode(String text) {
        this.text = text;
    }

    /** The word on the wire; empty for {@link #SERVICES}. */
    public String text() {
        return text;
    }

    /** The mode with that word; empty for a word that Cilium does not know, on which its readers refuse the cluster. */
    public static Optional<ExportMode> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    /** Whether services are published. */
    public boolean services() {
        return this != SLICES;
    }

    /** Whether endpoint slices are published. */
    public boolean slices() {
        return this != SERVICES;
    }
}
