package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.rig.Rig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rig down}. */
@Command(
        name = "down",
        description = {
            "Takes a rig down: processes, pins, programs, cgroups, namespaces, state.",
            "Also after a crash half-way, and twice."
        })
final class RigDownCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    RigDownCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> removed = Rig.down(name.value(), context.rigs(), context.clock(), context.console()::progress);
        context.console()
                .result(
                        removed.isEmpty()
                                ? "rig \"%s\": nothing was there".formatted(name.value())
                                : "rig \"%s\" is down: removed %s".formatted(name.value(), String.join(", ", removed)));
        return 0;
    }
}
