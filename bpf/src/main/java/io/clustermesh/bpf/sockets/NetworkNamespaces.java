package io.clustermesh.bpf.sockets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The network namespaces of the processes that this one can see: those with an application in them. */
final class NetworkNamespaces {

    private NetworkNamespaces() {}

    /** A way into each. Processes come and go, so a way may be gone when it is taken. */
    static Collection<Path> ofProcesses() {
        return ofProcesses(Path.of("/proc"));
    }

    static Collection<Path> ofProcesses(Path proc) {
        Map<Path, Path> byName = new LinkedHashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                Path namespace = process.resolve("ns/net");
                try {
                    byName.putIfAbsent(Files.readSymbolicLink(namespace), namespace);
                } catch (IOException e) {
                    // the process has ended, or it is not ours to look at
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be listed; is it mounted?".formatted(proc), e);
        }
        return byName.values();
    }
}
