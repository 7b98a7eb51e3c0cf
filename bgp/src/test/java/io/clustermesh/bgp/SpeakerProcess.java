package io.clustermesh.bgp;

import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;

/** The process as the launcher would start it, for tests that need it in a namespace of its own. */
final class SpeakerProcess {

    private SpeakerProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (Lifecycle lifecycle = new Lifecycle("bgp", Clock.system())) {
            lifecycle.stopOnSignal();
            BgpSpeaker.start(Settings.read(Path.of(arguments[0])), lifecycle);
            lifecycle.awaitShutdown();
        }
    }
}
