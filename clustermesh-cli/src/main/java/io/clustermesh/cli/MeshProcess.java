package io.clustermesh.cli;

import io.clustermesh.apiserver.MeshApiserver;
import io.clustermesh.bgp.BgpSpeaker;
import io.clustermesh.identity.IdentityAllocator;
import io.clustermesh.nodesync.NodeSync;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Lifecycle;
import java.util.Locale;

/** The processes of a cluster, and how each is started. */
enum MeshProcess {
    /** Publishes, mirrors and serves the state of the cluster. */
    MESH_APISERVER(MeshApiserver::start),
    /** Gives label sets their numbers. */
    IDENTITY_ALLOCATOR(IdentityAllocator::start),
    /** Keeps a node's kernel as the mesh says. */
    NODE_SYNC(NodeSync::start),
    /** Tells and learns the way to pods. */
    BGP(BgpSpeaker::start);

    private final Start start;

    MeshProcess(Start start) {
        this.start = start;
    }

    /** Reads the settings and registers all parts with the life cycle; returns at once. */
    @FunctionalInterface
    private interface Start {
        void with(Settings settings, Lifecycle lifecycle) throws Exception;
    }

    void start(Settings settings, Lifecycle lifecycle) throws Exception {
        start.with(settings, lifecycle);
    }

    /** Its name on the command line. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
