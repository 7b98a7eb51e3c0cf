package io.clustermesh.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Console;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code events}. */
@Command(
        name = "events",
        description = {
            "Warnings of every mesh-apiserver: what a person should know and no program can mend.",
            "With --follow, each one as it comes, until Ctrl-C."
        })
public final class EventsCommand implements Callable<Integer> {

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Context context;

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(names = "--follow", description = "Go on with those that come.")
    private boolean follow;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --follow: end after this many, 0 for never (default: ${DEFAULT-VALUE}).")
    private int count;

    public EventsCommand(Context context) {
        this.context = context;
    }

    private record Source(ClusterAccess cluster, String replica) {}

    @Override
    public Integer call() throws InterruptedException {
        try (Targets targets = target.open(context)) {
            List<Source> sources = new ArrayList<>();
            for (ClusterAccess cluster : targets.clusters()) {
                cluster.apiservers().forEach(replica -> sources.add(new Source(cluster, replica)));
            }
            return follow ? follow(sources) : list(sources);
        }
    }

    private int list(List<Source> sources) {
        Map<String, Map<String, Object>> json = new LinkedHashMap<>();
        Table table = new Table("CLUSTER", "REPLICA", "AGE", "COUNT", "SUBJECT", "REASON", "MESSAGE");
        boolean all = true;
        Instant now = context.clock().now();
        for (Source source : sources) {
            AdminView view = AdminView.of(source.cluster(), source.replica(), "/v1/events");
            if (view.error().isPresent()) {
                all = false;
                context.console()
                        .progress("%s of %s %s"
                                .formatted(
                                        source.replica(),
                                        source.cluster().title(),
                                        view.error().get()));
                continue;
            }
            JsonNode items = view.body().path("items");
            json.computeIfAbsent(source.cluster().title(), name -> new LinkedHashMap<>())
                    .put(source.replica(), items);
            for (JsonNode event : items) {
                JsonNode warning = event.path("warning");
                table.row(
                        source.cluster().title(),
                        source.replica(),
                        AdminView.instant(event.path("last"))
                                .map(at -> AdminView.age(Duration.between(at, now)))
                                .orElse("-"),
                        event.path("count").asText(),
                        warning.path("subject").asText(),
                        warning.path("reason").asText(),
                        warning.path("message").asText());
            }
        }
        if (output.json()) {
            OutputOption.print(context.console(), Map.of("schema", 1, "events", json));
        } else {
            table.lines().forEach(context.console()::result);
        }
        return all ? 0 : 1;
    }

    private int follow(List<Source> sources) throws InterruptedException {
        CountDownLatch wanted = new CountDownLatch(count > 0 ? count : 1);
        List<Worker> readers = new ArrayList<>();
        for (Source source : sources) {
            readers.add(Worker.start("events-" + source.replica(), () -> read(source, wanted)));
        }
        try {
            wanted.await();
        } finally {
            readers.forEach(Worker::close);
        }
        return 0;
    }

    /** One replica, again and again, from where it left off. */
    private void read(Source source, CountDownLatch wanted) throws InterruptedException {
        boolean silent = false;
        String last = "";
        while (true) {
            try {
                last = source.cluster()
                        .follow(source.replica(), "/v1/events/stream", last, event -> show(source, event, wanted));
                silent = false;
            } catch (AdminClient.Unreachable e) {
                if (!silent) {
                    context.console()
                            .progress("%s of %s does not answer; waiting for it"
                                    .formatted(
                                            source.replica(), source.cluster().title()));
                }
                silent = true;
            }
            context.clock().sleep(AGAIN);
        }
    }

    private void show(Source source, AdminClient.StreamedEvent streamed, CountDownLatch wanted) {
        Console console = context.console();
        if (streamed.type().equals("lost")) {
            console.progress("%s of %s: some events are gone, they came faster than they could be sent"
                    .formatted(source.replica(), source.cluster().title()));
            return;
        }
        try {
            JsonNode event = AdminJson.mapper().readTree(streamed.data());
            JsonNode warning = event.path("warning");
            console.result(
                    output.json()
                            ? AdminJson.mapper()
                                    .writeValueAsString(Map.of(
                                            "cluster", source.cluster().title(),
                                            "replica", source.replica(),
                                            "event", event))
                            : "%s  %s  %s  x%s  %s  %s: %s"
                                    .formatted(
                                            event.path("last").asText(),
                                            source.cluster().title(),
                                            source.replica(),
                                            event.path("count").asText(),
                                            warning.path("subject").asText(),
                                            warning.path("reason").asText(),
                                            warning.path("message").asText()));
        } catch (JsonProcessingException e) {
            console.progress("%s of %s sent no JSON"
                    .formatted(source.replica(), source.cluster().title()));
        }
        if (count > 0) {
            wanted.countDown();
        }
    }
}
