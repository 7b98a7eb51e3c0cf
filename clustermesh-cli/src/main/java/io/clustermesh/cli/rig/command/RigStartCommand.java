package io.clustermesh.cli.rig.command;

import io.clustermesh.cli.console.Context;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rig start}. */
@Command(name = "start", description = "Starts again what was killed of the rig's processes, pods aside.")
final class RigStartCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private RigName name = new RigName();

    RigStartCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> started = name.attach(context).start();
        context.console().result(started.isEmpty() ? "all are running" : "started " + String.join(", ", started));
        return 0;
    }
}
