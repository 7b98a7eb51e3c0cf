package io.clustermesh.cli.kube;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.store.admin.AdminClient;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The node-syncs of a cluster. Each listens on a unix socket of its container only, so it is asked by a command that is
 * run in there, which needs the right to create {@code pods/exec} and nothing of node-sync.
 */
final class NodeSyncPods {

    private static final String CONTAINER = "node-sync";
    private static final String SOCKET = "/run/clustermesh/node-sync.sock";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** A small second JVM, so that the container's memory holds both. */
    private static final List<String> COMMAND = List.of(
            "java",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TieredStopAtLevel=1",
            "-Xmx48m",
            "-Dclustermesh.log.level=WARN",
            "-cp",
            "@/app/jib-classpath-file",
            "io.clustermesh.cli.Main",
            "admin",
            "--socket=" + SOCKET);

    private final KubeSite site;

    NodeSyncPods(KubeSite site) {
        this.site = site;
    }

    /** Names of running pods by their nodes' names. */
    Map<String, String> byNode() {
        Map<String, String> found = new TreeMap<>();
        for (Pod pod : site.runningPods("clustermesh-node-sync")) {
            found.put(pod.getSpec().getNodeName(), pod.getMetadata().getName());
        }
        return found;
    }

    /**
     * Gets {@code path} from the node-sync of {@code pod}.
     *
     * @throws AdminClient.Unreachable if the command can't be run there, or nobody answers it
     */
    AdminClient.Answer get(String pod, String path) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();
        String[] command = Stream.concat(COMMAND.stream(), Stream.of(path)).toArray(String[]::new);
        try (ExecWatch watch = site.ask(
                "run a command in pod " + pod,
                kube -> kube.pods()
                        .inNamespace(site.namespace())
                        .withName(pod)
                        .inContainer(CONTAINER)
                        .writingOutput(said)
                        .writingError(complaints)
                        .exec(command))) {
            int code = watch.exitCode().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (code != 0) {
                throw unreachable(pod, "exit code %d: %s".formatted(code, text(complaints)), null);
            }
            return answer(pod, text(said));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(pod, "interrupted", e);
        } catch (TimeoutException e) {
            throw unreachable(pod, "no answer within %d s".formatted(LIMIT.toSeconds()), e);
        } catch (ExecutionException | CommandFailed | KubernetesClientException e) {
            throw unreachable(pod, String.valueOf(e.getMessage()), e);
        }
    }

    /** The first line is the status, the rest the body. */
    private static AdminClient.Answer answer(String pod, String text) {
        int end = text.indexOf('\n');
        String status = end < 0 ? text : text.substring(0, end);
        if (!status.matches("[1-5][0-9]{2}")) {
            throw unreachable(pod, "no answer but \"%s\"".formatted(status), null);
        }
        return new AdminClient.Answer(Integer.parseInt(status), end < 0 ? "" : text.substring(end + 1));
    }

    private static AdminClient.Unreachable unreachable(String pod, String reason, @Nullable Exception cause) {
        return new AdminClient.Unreachable(
                "can't be asked in pod %s (%s)".formatted(pod, reason.strip()),
                cause == null ? new IllegalStateException(reason) : cause);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
