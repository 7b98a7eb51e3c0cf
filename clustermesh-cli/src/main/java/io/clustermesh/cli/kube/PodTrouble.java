package io.clustermesh.cli.kube;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a pod is not ready, in the kubelet's and the scheduler's words.
 *
 * @param pod its name
 * @param reason for example {@code CrashLoopBackOff (exit code 3: can't open /sys/fs/bpf)}
 */
record PodTrouble(String pod, String reason) {

    /** Characters of a message that one line of status can hold. */
    private static final int LINE = 200;

    /** 128 + 15. */
    private static final int ENDED_BY_SIGTERM = 143;

    /** Frames of a stack trace, and what the JVM says of its options. */
    private static final Pattern NO_CAUSE = Pattern.compile("^\\s+at |^\\s*\\.\\.\\. \\d+ |^NOTE: Picked up ");

    /** What every pod goes through; says nothing. */
    private static final Set<String> STARTING = Set.of("ContainerCreating", "PodInitializing");

    /** The first of {@code pods} that says why it is not ready; empty if none does, or all are. */
    static Optional<PodTrouble> first(List<Pod> pods) {
        return pods.stream().flatMap(pod -> of(pod).stream()).findFirst();
    }

    private static Optional<PodTrouble> of(Pod pod) {
        if (pod.getStatus() == null || conditions(pod, "Ready").anyMatch(it -> "True".equals(it.getStatus()))) {
            return Optional.empty();
        }
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .flatMap(container -> container(container).stream())
                .findFirst()
                .or(() -> conditions(pod, "PodScheduled")
                        .filter(it -> "False".equals(it.getStatus()))
                        .map(it -> said(it.getReason(), it.getMessage()))
                        .findFirst())
                .map(reason -> new PodTrouble(pod.getMetadata().getName(), reason));
    }

    private static Stream<PodCondition> conditions(Pod pod, String type) {
        return pod.getStatus().getConditions().stream().filter(it -> type.equals(it.getType()));
    }

    /** A container that waits is told with why it ended before: "back-off" alone is no cause. */
    private static Optional<String> container(ContainerStatus status) {
        Optional<ContainerState> state = Optional.ofNullable(status.getState());
        Optional<String> ended = state.map(ContainerState::getTerminated)
                .or(() -> Optional.ofNullable(status.getLastState()).map(ContainerState::getTerminated))
                .map(PodTrouble::ended);
        return state.map(ContainerState::getWaiting)
                .filter(waiting -> !STARTING.contains(Objects.toString(waiting.getReason(), "")))
                .map(waiting -> ended.map(end -> "%s (%s)".formatted(waiting.getReason(), end))
                        .orElseGet(() -> said(waiting.getReason(), waiting.getMessage())))
                .or(() -> ended.filter(end -> !Boolean.TRUE.equals(status.getReady())));
    }

    private static String ended(ContainerStateTerminated end) {
        int code = end.getExitCode() == null ? 0 : end.getExitCode();
        String reason = Objects.toString(end.getReason(), "");
        String what = reason.isEmpty() || reason.equals("Error") ? "exit code " + code : reason + ", exit code " + code;
        return said(
                code == ENDED_BY_SIGTERM ? what + ", told to end, as by a probe that failed" : what, end.getMessage());
    }

    /** The message's last line that is no part of a stack trace: with a log it is the one that says why. */
    private static String said(@Nullable String what, @Nullable String message) {
        String line = Objects.toString(message, "")
                .lines()
                .filter(it -> !it.isBlank() && !NO_CAUSE.matcher(it).find())
                .reduce("", (before, last) -> last.strip());
        String cut = line.length() > LINE ? line.substring(0, LINE) + "..." : line;
        return cut.isEmpty() ? Objects.toString(what, "") : "%s: %s".formatted(what, cut);
    }
}
