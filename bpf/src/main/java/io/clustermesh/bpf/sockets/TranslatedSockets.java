package io.clustermesh.bpf.sockets;

import io.clustermesh.bpf.libbpf.BpfException;
import io.clustermesh.bpf.libbpf.DiagSocket;
import io.clustermesh.bpf.libbpf.Errno;
import io.clustermesh.bpf.maps.SocketStorages;
import io.clustermesh.bpf.maps.Translation;
import io.clustermesh.model.Protocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the connected sockets that were translated, in all network namespaces, and ends those whose backend is dead.
 * Takes system calls, a few for each namespace and some microseconds for each socket of the machine: to be called by a
 * platform thread, one at a time.
 */
public final class TranslatedSockets implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TranslatedSockets.class);

    private static final List<Integer> FAMILIES = List.of(DiagMessages.AF_INET, DiagMessages.AF_INET6);
    private static final Errno ENOENT = Errno.ENOENT;

    private final SocketStorages storages;
    private final UdpScan udp;

    /** @param pinDir of an installed data plane */
    public TranslatedSockets(Path pinDir) {
        storages = SocketStorages.open(pinDir);
        udp = new UdpScan(storages);
    }

    /**
     * What was ended.
     *
     * @param found translated sockets that were looked at
     * @param ended those among them that were dead and are ended
     * @param refused those that the kernel would not end
     * @param namespaces network namespaces that were visited
     * @param unseen network namespaces that could not be looked into
     * @param cause why the first of those could not
     */
    public record Outcome(int found, int ended, int refused, int namespaces, int unseen, Optional<String> cause) {

        private static final Outcome NOTHING = new Outcome(0, 0, 0, 0, 0, Optional.empty());

        private static Outcome visited() {
            return new Outcome(0, 0, 0, 1, 0, Optional.empty());
        }

        private static Outcome unseen(String cause) {
            return new Outcome(0, 0, 0, 0, 1, Optional.of(cause));
        }

        private Outcome plus(Outcome other) {
            return new Outcome(
                    found + other.found,
                    ended + other.ended,
                    refused + other.refused,
                    namespaces + other.namespaces,
                    unseen + other.unseen,
                    cause.or(other::cause));
        }
    }

    /**
     * Ends every translated socket of {@code protocols} whose backend is dead. Its application gets ECONNABORTED.
     *
     * @param protocols UDP always does well here: nothing else tells its clients; TCP is a matter of taste
     * @param dead says which; asked once for each translated socket
     */
    public Outcome end(Set<Protocol> protocols, Predicate<Translation> dead) {
        Outcome all = Outcome.NOTHING;
        for (Path namespace : NetworkNamespaces.ofProcesses()) {
            try (DiagSocket kernel = DiagSocket.open(namespace)) {
                all = all.plus(Outcome.visited());
                for (Protocol protocol : protocols) {
                    all = all.plus(end(kernel, found(kernel, namespace, protocol), dead));
                }
            } catch (BpfException.CallFailed e) {
                if (e.errno().equals(ENOENT)) {
                    continue; // its last process has ended, and its sockets with it
                }
                LOG.atDebug().addKeyValue("namespace", namespace).setCause(e).log("sockets could not be looked at");
                all = all.plus(Outcome.unseen("%s: %s".formatted(namespace, e.getMessage())));
            }
        }
        return all;
    }

    private record Found(SocketRef socket, Translation translation) {}

    private List<Found> found(DiagSocket kernel, Path namespace, Protocol protocol) {
        List<Found> found = new ArrayList<>();
        if (protocol == Protocol.UDP) {
            Map<Long, Translation> byCookie = udp.run(namespace);
            if (!byCookie.isEmpty()) {
                dump(
                        kernel,
                        protocol,
                        socket -> Optional.ofNullable(byCookie.get(socket.cookie()))
                                .ifPresent(it -> found.add(new Found(socket, it))));
            }
        } else {
            dump(
                    kernel,
                    protocol,
                    socket -> socket.storages().stream()
                            .findFirst()
                            .map(SocketStorages::translation)
                            .ifPresent(it -> found.add(new Found(socket, it))));
        }
        return found;
    }

    private static Outcome end(DiagSocket kernel, List<Found> sockets, Predicate<Translation> dead) {
        int ended = 0;
        int refused = 0;
        for (Found found : sockets) {
            if (dead.test(found.translation())) {
                if (destroy(kernel, found.socket())) {
                    ended++;
                } else {
                    refused++;
                }
            }
        }
        return new Outcome(sockets.size(), ended, refused, 0, 0, Optional.empty());
    }

    private void dump(DiagSocket kernel, Protocol protocol, Consumer<SocketRef> each) {
        for (int family : FAMILIES) {
            kernel.send(DiagMessages.dump(family, protocol.number(), storages.descriptors()));
            boolean more = true;
            while (more) {
                more = switch (DiagMessages.parse(kernel.receive(), protocol.number())) {
                    case DiagMessages.Answer.Sockets(List<SocketRef> some) -> {
                        some.forEach(each);
                        yield true;
                    }
                    case DiagMessages.Answer.Done(List<SocketRef> last) -> {
                        last.forEach(each);
                        yield false;
                    }
                    case DiagMessages.Answer.Refused(int errno) ->
                        throw new IllegalStateException("the kernel would not tell about sockets of %s: %s; "
                                        .formatted(protocol, new Errno(errno))
                                + "run as root, on a kernel with CONFIG_INET_DIAG and CONFIG_INET_UDP_DIAG");
                };
            }
        }
    }

    /** False if the kernel refused; a socket that is gone by itself counts as ended. */
    private static boolean destroy(DiagSocket kernel, SocketRef socket) {
        kernel.send(DiagMessages.destroy(socket));
        return switch (DiagMessages.parse(kernel.receive(), socket.protocol())) {
            case DiagMessages.Answer.Refused(int errno) -> errno == 0 || errno == ENOENT.number();
            case DiagMessages.Answer.Sockets sockets -> false;
            case DiagMessages.Answer.Done done -> false;
        };
    }

    @Override
    public void close() {
        udp.close();
        storages.close();
    }
}
