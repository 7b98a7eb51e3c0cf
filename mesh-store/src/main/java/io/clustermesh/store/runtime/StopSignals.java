package io.clustermesh.store.runtime;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first one ends the process in order, the second at once. The JVM by itself ignores all that
 * come while its shutdown hooks run, which leaves whoever is in a hurry only SIGKILL.
 */
final class StopSignals {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    /** What a shell shows for a process that a signal ended. */
    private static final int SIGNALLED = 128;

    private StopSignals() {}

    /** From now on, for the whole process. The JVM runs each signal on a thread of its own. */
    static void install() {
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : List.of("TERM", "INT")) {
            Signal.handle(new Signal(name), signal -> {
                int code = SIGNALLED + signal.getNumber();
                if (stopping.compareAndSet(false, true)) {
                    System.exit(code);
                } else {
                    LOG.atWarn().addKeyValue("signal", name).log("told to stop a second time, leaving at once");
                    Runtime.getRuntime().halt(code);
                }
            });
        }
    }
}
