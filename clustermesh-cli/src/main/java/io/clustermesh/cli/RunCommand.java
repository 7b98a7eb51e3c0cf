package io.clustermesh.cli;

import io.clustermesh.cli.console.Context;
import io.clustermesh.store.config.Settings;
import io.clustermesh.store.runtime.Lifecycle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: becomes one of the processes of a cluster. */
@Command(
        name = "run",
        description =
                "Runs one of a cluster's processes until SIGTERM: mesh-apiserver, identity-allocator, node-sync, bgp.")
final class RunCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "PROCESS", description = "Which process.")
    private String process = "";

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "Its configuration, YAML.")
    private Path config = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting that counts instead of the file's, by its dotted path. Can be given more than once.")
    private Map<String, String> overrides = Map.of();

    RunCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        MeshProcess which = Arrays.stream(MeshProcess.values())
                .filter(p -> p.text().equals(process))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("process \"%s\" is unknown; there are %s"
                        .formatted(
                                process,
                                Arrays.stream(MeshProcess.values())
                                        .map(MeshProcess::text)
                                        .collect(Collectors.joining(", ")))));
        try (Lifecycle lifecycle = new Lifecycle(which.text(), context.clock())) {
            lifecycle.stopOnSignal();
            Settings settings = Settings.read(config);
            for (var override : overrides.entrySet()) {
                settings = settings.with(override.getKey(), override.getValue());
            }
            which.start(settings, lifecycle);
            lifecycle.awaitShutdown();
        }
        return 0;
    }
}
