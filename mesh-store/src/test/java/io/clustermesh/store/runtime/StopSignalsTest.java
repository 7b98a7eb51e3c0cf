package io.clustermesh.store.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals to a process of its own. */
@Timeout(60)
class StopSignalsTest {

    /** Stops in order, or never, as its argument says. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws InterruptedException {
            Lifecycle lifecycle = new Lifecycle("stops", Clock.system());
            lifecycle.own("last", () -> System.out.println("closed"));
            lifecycle.own("first", () -> {
                System.out.println("stopping");
                if (arguments[0].equals("never")) {
                    Clock.system().sleep(java.time.Duration.ofHours(1));
                }
            });
            lifecycle.stopOnSignal();
            System.out.println("running");
            lifecycle.awaitShutdown();
        }
    }

    private static Process start(String manner) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        manner)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void readUntil(BufferedReader out, String wanted) throws IOException {
        String line = out.readLine();
        while (line != null && !line.equals(wanted)) {
            line = out.readLine();
        }
        assertThat(line).isEqualTo(wanted);
    }

    @Test
    void shouldStopInOrderOnSigterm() throws Exception {
        Process process = start("soon");
        BufferedReader out = process.inputReader();
        readUntil(out, "running");

        process.toHandle().destroy();

        readUntil(out, "stopping");
        readUntil(out, "closed");
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("as a shell shows it").isEqualTo(143);
    }

    @Test
    void shouldLeaveAtOnceOnASecondSigterm() throws Exception {
        Process process = start("never");
        BufferedReader out = process.inputReader();
        readUntil(out, "running");
        process.toHandle().destroy();
        readUntil(out, "stopping");
        assertThat(process.isAlive()).isTrue();

        process.toHandle().destroy();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
    }
}
