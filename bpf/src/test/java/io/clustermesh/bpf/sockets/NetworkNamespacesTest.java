package io.clustermesh.bpf.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NetworkNamespacesTest {

    @Test
    void shouldNameEachNamespaceOnceAndPassOverWhoIsGone(@TempDir Path proc) throws IOException {
        process(proc, "1", "net:[1]");
        process(proc, "20", "net:[1]");
        process(proc, "21", "net:[2]");
        Files.createDirectories(proc.resolve("22"));
        Files.createDirectories(proc.resolve("sys"));

        assertThat(NetworkNamespaces.ofProcesses(proc)).hasSize(2).allMatch(way -> way.endsWith("ns/net"));
    }

    private static void process(Path proc, String pid, String namespace) throws IOException {
        Path ns = Files.createDirectories(proc.resolve(pid).resolve("ns"));
        Files.createSymbolicLink(ns.resolve("net"), Path.of(namespace));
    }
}
