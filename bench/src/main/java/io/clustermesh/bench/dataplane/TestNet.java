package io.clustermesh.bench.dataplane;

import io.clustermesh.bench.host.Answering;
import io.clustermesh.bench.host.Machine.Cores;
import io.clustermesh.cli.rig.linux.Netns;
import io.clustermesh.cli.rig.linux.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A namespace with servers at {@link #PODS}, and a namespace for each kind of client, each with a veth of its own to the
 * servers and a default route over it. Rules that one kind of client has are met by no other.
 */
final class TestNet implements AutoCloseable {

    /** Where servers listen, by number. */
    static final List<String> PODS = List.of("10.9.0.1", "10.9.0.2", "10.9.0.3");

    /** The first of the servers' ports. */
    static final int BASE = 9000;

    static final int CLOSE = BASE;
    static final int ECHO = BASE + 1;
    static final int SINK = BASE + 2;
    static final int WHO = BASE + 3;

    private final Ground ground;
    private final Map<String, Netns> clients = new LinkedHashMap<>();
    private final Netns servers;
    private final List<Answering> running = new ArrayList<>();

    private TestNet(Ground ground) {
        this.ground = ground;
        this.servers = ground.premises().namespace("pods");
    }

    /** Makes namespaces for {@code kinds} of clients and starts the servers on core 0. */
    static TestNet open(Ground ground, List<String> kinds) {
        TestNet net = new TestNet(ground);
        net.servers.create();
        PODS.forEach(pod -> net.servers.ip("addr add %s/32 dev lo".formatted(pod)));
        for (int n = 0; n < kinds.size(); n++) {
            net.join(kinds.get(n), n);
        }
        List<String> words = new ArrayList<>(List.of("serve", String.valueOf(BASE)));
        words.addAll(PODS);
        Answering server = ground.start(Cores.SERVERS, net.servers.inside(List.of()), words);
        net.running.add(server);
        server.next();
        return net;
    }

    private void join(String kind, int number) {
        Netns client = ground.premises().namespace(kind);
        client.create();
        clients.put(kind, client);
        client.ip("link add up0 type veth peer name c%d netns %s".formatted(number, servers.name()));
        client.ip(
                "addr add 10.8.%d.2/24 dev up0".formatted(number),
                "link set up0 up",
                "route add default via 10.8.%d.1".formatted(number));
        servers.ip("addr add 10.8.%d.1/24 dev c%d".formatted(number, number), "link set c%d up".formatted(number));
    }

    /** Runs a command with {@code input} in the namespace of {@code kind}. */
    void inside(String kind, List<String> command, String input) {
        Shell.run(namespace(kind).inside(command), input);
    }

    private Netns namespace(String kind) {
        Netns found = clients.get(kind);
        if (found == null) {
            throw new IllegalArgumentException("no namespace for \"%s\"".formatted(kind));
        }
        return found;
    }

    /** A client on core 1 that the programs don't see. */
    Answering outside(String kind) {
        Answering client = ground.start(Cores.GENERATOR, namespace(kind).inside(List.of()), List.of("client"));
        running.add(client);
        return client;
    }

    /** A client on core 1 in the cgroup that the programs are attached to. */
    Answering served(String kind) {
        Answering client = outside(kind);
        try {
            Files.writeString(ground.premises().cgroup().path().resolve("cgroup.procs"), String.valueOf(client.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException("the client can't enter the bench's cgroup", e);
        }
        return client;
    }

    @Override
    public void close() {
        running.reversed().forEach(Answering::close);
        clients.values().forEach(Netns::delete);
        servers.delete();
    }
}
