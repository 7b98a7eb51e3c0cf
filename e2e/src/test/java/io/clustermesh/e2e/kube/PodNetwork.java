package io.clustermesh.e2e.kube;

import io.clustermesh.e2e.Commands;
import java.util.List;

/** Addresses of pods on this machine, on a link that goes with them. Needs root. */
final class PodNetwork implements AutoCloseable {

    private static final String LINK = "cm-kube";

    private PodNetwork() {}

    static PodNetwork up(List<String> addresses) {
        PodNetwork network = new PodNetwork();
        Commands.run("ip", "link", "delete", LINK); // of a run that was killed
        Commands.run("ip", "link", "add", LINK, "type", "bridge").ok();
        Commands.run("ip", "link", "set", LINK, "up").ok();
        for (String address : addresses) {
            Commands.run("ip", "address", "add", address + "/32", "dev", LINK).ok();
        }
        return network;
    }

    @Override
    public void close() {
        Commands.run("ip", "link", "delete", LINK).ok();
    }
}
