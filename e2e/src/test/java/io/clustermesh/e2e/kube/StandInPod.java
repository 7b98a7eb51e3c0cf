package io.clustermesh.e2e.kube;

import io.clustermesh.cli.rig.Launcher;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One pod: its one container as a child process. Used by the {@link Kubelet}'s thread only, but for {@link #kill()}.
 */
final class StandInPod {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\(([A-Z_]+)\\)");

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Place place;
    private final PodTemplateSpec template;
    private final PodFiles files;
    private final Path folder;
    private Optional<Process> process = Optional.empty();
    private int starts;
    private boolean ready;

    /**
     * Where a pod runs.
     *
     * @param name its name
     * @param ip its own address, or its node's
     * @param node its node's name
     * @param nodeIp its node's address
     */
    record Place(String name, String ip, String node, String nodeIp) {}

    StandInPod(Place place, PodTemplateSpec template, PodFiles files, Path folder) {
        this.place = place;
        this.template = template;
        this.files = files;
        this.folder = folder;
    }

    Place place() {
        return place;
    }

    PodTemplateSpec template() {
        return template;
    }

    PodFiles files() {
        return files;
    }

    boolean running() {
        return process.isPresent() && process.get().isAlive();
    }

    boolean ready() {
        return ready;
    }

    int starts() {
        return starts;
    }

    /**
     * Starts the container; again, if it ended.
     *
     * @param surroundings environment that the machine, not the manifest, brings
     */
    void start(Map<String, String> surroundings) throws IOException {
        Container container = template.getSpec().getContainers().getFirst();
        Map<String, String> environment = environment(container);
        List<String> command = new ArrayList<>(confinement(container));
        if (container.getCommand() == null || container.getCommand().isEmpty()) {
            command.add(Launcher.find().path().toString());
        } else {
            command.addAll(container.getCommand());
        }
        for (String argument : container.getArgs()) {
            command.add(nodesOwn(files.translate(expanded(argument, environment))));
        }
        files.link();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        builder.environment().putAll(surroundings);
        process = Optional.of(builder.start());
        starts++;
    }

    /** The container's capabilities and no others, as its manifest says; only root can give fewer to a child. */
    private static List<String> confinement(Container container) {
        if (!ROOT) {
            return List.of();
        }
        List<String> added = container.getSecurityContext().getCapabilities().getAdd();
        String kept = added == null
                ? ""
                : added.stream()
                        .map(name -> ",+" + name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining());
        return List.of("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all" + kept);
    }

    /** A pod in the node's network listens at the node's loopback address, which here is one of many. */
    private String nodesOwn(String argument) {
        return Boolean.TRUE.equals(template.getSpec().getHostNetwork())
                ? argument.replace("127.0.0.1", place.nodeIp())
                : argument;
    }

    private Map<String, String> environment(Container container) {
        Map<String, String> environment = new HashMap<>();
        for (EnvVar variable : container.getEnv()) {
            environment.put(
                    variable.getName(),
                    variable.getValueFrom() == null
                            ? String.valueOf(variable.getValue())
                            : field(variable.getValueFrom().getFieldRef().getFieldPath()));
        }
        return environment;
    }

    private String field(String path) {
        return switch (path) {
            case "metadata.name" -> place.name();
            case "status.podIP" -> place.ip();
            case "status.hostIP" -> place.nodeIp();
            case "spec.nodeName" -> place.node();
            case "metadata.labels['topology.kubernetes.io/zone']" -> "";
            default -> throw new IllegalStateException("the stand-in knows no field " + path);
        };
    }

    private static String expanded(String text, Map<String, String> environment) {
        Matcher variable = VARIABLE.matcher(text);
        return variable.replaceAll(
                found -> Matcher.quoteReplacement(environment.getOrDefault(found.group(1), found.group())));
    }

    /** Asks the readiness probe. */
    void probe() {
        ready = running() && answers(template.getSpec().getContainers().getFirst());
    }

    private boolean answers(Container container) {
        if (container.getReadinessProbe() == null) {
            return true;
        }
        HTTPGetAction probe = container.getReadinessProbe().getHttpGet();
        String host = probe.getHost() == null ? place.ip() : place.nodeIp();
        int port = probe.getPort().getIntVal() != null
                ? probe.getPort().getIntVal()
                : container.getPorts().stream()
                        .filter(named -> named.getName().equals(probe.getPort().getStrVal()))
                        .findFirst()
                        .orElseThrow()
                        .getContainerPort();
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://%s:%d%s".formatted(host, port, probe.getPath()))
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(2000);
            int code = connection.getResponseCode();
            connection.disconnect();
            return code >= 200 && code < 400;
        } catch (IOException e) {
            return false; // not ready, which is the answer
        }
    }

    /** SIGTERM, the grace period, SIGKILL. */
    void stop() {
        process.ifPresent(running -> {
            running.destroy();
            try {
                if (!running.waitFor(10, TimeUnit.SECONDS)) {
                    kill();
                }
            } catch (InterruptedException e) {
                kill();
                Thread.currentThread().interrupt();
            }
        });
        ready = false;
    }

    /** SIGKILL, as a crash. */
    void kill() {
        process.ifPresent(Process::destroyForcibly);
    }

    Path log() {
        return folder.resolve("log");
    }

    /** The end of what it wrote. */
    String lastWords() {
        try {
            List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
            return place.name() + ":\n  "
                    + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return place.name() + ": no log, " + e;
        }
    }
}
