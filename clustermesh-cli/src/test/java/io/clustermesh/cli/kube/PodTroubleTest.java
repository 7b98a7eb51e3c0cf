package io.clustermesh.cli.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodTroubleTest {

    private static Pod pod(String name, String status) {
        return Serialization.unmarshal("metadata: {name: %s}\nstatus: %s".formatted(name, status.indent(2)), Pod.class);
    }

    private static final Pod READY = pod("good", """
            {conditions: [{type: Ready, status: "True"}],
             containerStatuses: [{ready: true, state: {running: {}}, lastState: {terminated: {exitCode: 1}}}]}""");

    @Test
    void shouldSayNothingOfPodsThatAreReadyOrStillStarting() {
        Pod starting = pod("new", """
                {conditions: [{type: Ready, status: "False"}, {type: PodScheduled, status: "True"}],
                 containerStatuses: [{ready: false, state: {waiting: {reason: ContainerCreating}}}]}""");
        assertThat(PodTrouble.first(List.of(READY, starting, pod("newer", "{}"))))
                .isEmpty();
    }

    @Test
    void shouldTellWhyAContainerEndedInsteadOfThatItIsBackedOff() {
        Pod crashing = pod("node-sync-1", """
                {conditions: [{type: Ready, status: "False"}],
                 containerStatuses: [{ready: false,
                   state: {waiting: {reason: CrashLoopBackOff, message: back-off 20s restarting failed container}},
                   lastState: {terminated: {exitCode: 3, message: "starting\\nerror: can't open /sys/fs/bpf\\n\\n"}}}]}""");
        assertThat(PodTrouble.first(List.of(READY, crashing)))
                .contains(
                        new PodTrouble("node-sync-1", "CrashLoopBackOff (exit code 3: error: can't open /sys/fs/bpf)"));
    }

    @Test
    void shouldPassOverStackTracesAndTheJvmsNotes() {
        Pod probed = pod("apiserver-1", """
                {containerStatuses: [{ready: false, state: {running: {}},
                   lastState: {terminated: {exitCode: 143, reason: Error,
                     message: "NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g\\nWARN no etcd\\n\\tat a.B.c(B.java:1)\\n\\t... 9 common frames omitted\\n"}}}]}""");
        assertThat(PodTrouble.first(List.of(probed)))
                .contains(new PodTrouble(
                        "apiserver-1", "exit code 143, told to end, as by a probe that failed: WARN no etcd"));

        Pod killed = pod("d", """
                {containerStatuses: [{ready: false, state: {running: {}},
                   lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}""");
        assertThat(PodTrouble.first(List.of(killed))).contains(new PodTrouble("d", "OOMKilled, exit code 137"));
    }

    @Test
    void shouldTellOfAnImageThatCantBeHad() {
        Pod pulling = pod("etcd-0", """
                {conditions: [{type: Ready, status: "False"}],
                 containerStatuses: [{ready: false,
                   state: {waiting: {reason: ErrImagePull, message: "no such host"}}}]}""");
        assertThat(PodTrouble.first(List.of(pulling))).contains(new PodTrouble("etcd-0", "ErrImagePull: no such host"));
    }

    @Test
    void shouldTellOfAnInitContainerBeforeTheOthers() {
        Pod preparing = pod("a", """
                {conditions: [{type: Ready, status: "False"}],
                 initContainerStatuses: [{ready: false, state: {terminated: {exitCode: 2, message: first}}}],
                 containerStatuses: [{ready: false, state: {waiting: {reason: PodInitializing}}}]}""");
        assertThat(PodTrouble.first(List.of(preparing))).contains(new PodTrouble("a", "exit code 2: first"));
    }

    @Test
    void shouldTellWhyThereIsNoNodeForAPod() {
        Pod pending = pod("b", """
                {conditions: [{type: PodScheduled, status: "False", reason: Unschedulable,
                               message: 0/2 nodes are available}]}""");
        assertThat(PodTrouble.first(List.of(pending)))
                .contains(new PodTrouble("b", "Unschedulable: 0/2 nodes are available"));
    }

    @Test
    void shouldCutALongMessage() {
        Pod wordy = pod("c", """
                {containerStatuses: [{ready: false, state: {waiting: {reason: E, message: %s}}}]}""".formatted("x".repeat(1000)));
        assertThat(PodTrouble.first(List.of(wordy)).orElseThrow().reason()).hasSize("E: ".length() + 203);
    }
}
