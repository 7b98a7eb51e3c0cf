package io.clustermesh.cli;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.store.admin.AdminClient;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code admin}: asks a process's unix socket, where there is neither a shell nor curl. What another machine's
 * {@code explain} runs in a node-sync's container; the answer's first line is its HTTP status, the rest its body.
 */
@Command(
        name = "admin",
        hidden = true,
        description = "Gets a path of the admin API on a unix socket: the HTTP status, then the body.")
final class AdminCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(paramLabel = "PATH", description = "For example /v1/status.")
    private String path = "";

    @Option(names = "--socket", required = true, paramLabel = "FILE", description = "The process's unix socket.")
    private Path socket = Path.of("");

    AdminCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        try {
            AdminClient.Answer answer = AdminClient.get(socket, path);
            context.console().result(String.valueOf(answer.status()));
            context.console().result(answer.body());
            return 0;
        } catch (AdminClient.Unreachable e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), "look at the process's log", e);
        }
    }
}
