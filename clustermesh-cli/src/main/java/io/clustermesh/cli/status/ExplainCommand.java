package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import io.clustermesh.model.ServiceName;
import io.clustermesh.store.runtime.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}. */
@Command(
        name = "explain",
        description =
                "Follows a service from each cluster that has backends to the tables of each node: value and age at every hop, and where two hops differ (- lost, + gained, off: takes no connections). Exit code 1 if some differ.")
public final class ExplainCommand implements Callable<Integer> {

    private static final int ADDRESSES = 3;

    /** Node-syncs that are asked at the same time. */
    private static final int AT_ONCE = 8;

    private final Context context;

    @Parameters(paramLabel = "NAMESPACE/SERVICE", description = "Which service.")
    private String service = "";

    @Option(names = "--node", paramLabel = "NODE", description = "Only this node's tables, for example west-n1.")
    private String node = "";

    @Mixin
    private TargetOption target = new TargetOption();

    @Mixin
    private OutputOption output = new OutputOption();

    public ExplainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        ServiceName name = ServiceName.parse(service);
        List<Explanation.Answers> answers = new ArrayList<>();
        boolean anyNode = false;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess cluster : targets.clusters()) {
                Optional<JsonNode> copies = new Replicas(cluster)
                        .first("/v1/explain/%s/%s".formatted(name.namespace(), name.name()), context.console());
                Map<String, JsonNode> nodes = nodes(cluster, name);
                anyNode |= !nodes.isEmpty();
                answers.add(new Explanation.Answers(cluster.title(), copies.orElseGet(AdminView::missing), nodes));
            }
        }
        if (!anyNode && target.isKubernetes() && node.isEmpty()) {
            context.console().progress("no node-sync could be asked; shown is the way up to their cluster's etcd");
        } else if (!anyNode) {
            throw new CommandFailed(
                    node.isEmpty() ? "no node-sync answers" : "no node-sync called \"%s\" answers".formatted(node),
                    "clustermesh status");
        }
        Explanation explanation = Explanation.of(answers);
        if (output.json()) {
            OutputOption.print(
                    context.console(),
                    Map.of(
                            "schema", 1,
                            "service", name.toString(),
                            "differences", explanation.differences(),
                            "ways", explanation.ways()));
        } else {
            print(explanation, context.clock().now());
        }
        return explanation.differences() == 0 && !explanation.ways().isEmpty() ? 0 : 1;
    }

    /** Several at once: where a node is asked by running a command there, each takes seconds. */
    private Map<String, JsonNode> nodes(ClusterAccess cluster, ServiceName name) throws InterruptedException {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        Semaphore places = new Semaphore(AT_ONCE);
        try (ExecutorService threads = Worker.executor("explain")) {
            Map<String, Future<AdminView>> asked = new LinkedHashMap<>();
            nodeSyncs(cluster).forEach((called, process) -> {
                if (node.isEmpty() || node.equals(called)) {
                    asked.put(called, threads.submit(() -> {
                        places.acquire();
                        try {
                            return AdminView.of(cluster, process, "/v1/explain?service=" + name);
                        } finally {
                            places.release();
                        }
                    }));
                }
            });
            for (Map.Entry<String, Future<AdminView>> answer : asked.entrySet()) {
                AdminView view = answer.getValue().get();
                view.error()
                        .ifPresentOrElse(
                                error -> context.console()
                                        .progress("node-sync of %s %s"
                                                .formatted(
                                                        answer.getKey(),
                                                        view.cause().orElse(error))),
                                () -> nodes.put(answer.getKey(), view.body()));
            }
            return nodes;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a node-sync's answer could not be put together", e.getCause());
        }
    }

    /** Who may read the mesh may not be allowed to look for node-syncs. */
    private Map<String, String> nodeSyncs(ClusterAccess cluster) {
        try {
            return cluster.nodeSyncs();
        } catch (CommandFailed e) {
            context.console()
                    .progress("node-syncs of %s can't be found: %s".formatted(cluster.title(), e.getMessage()));
            return Map.of();
        }
    }

    private void print(Explanation explanation, Instant now) {
        if (explanation.ways().isEmpty()) {
            context.console().result("no cluster has backends of " + service);
            return;
        }
        Table table = new Table("NODE", "BACKENDS OF", "HOP", "WHERE", "REVISION", "AGE", "BACKENDS", "DIFFERENCE");
        for (Explanation.Way way : explanation.ways()) {
            for (Explanation.Step step : way.steps()) {
                table.row(
                        way.node(),
                        way.cluster(),
                        step.hop(),
                        step.where(),
                        step.revision().map(String::valueOf).orElse("-"),
                        step.at()
                                .map(at -> AdminView.age(Duration.between(at, now)))
                                .orElse("-"),
                        backends(step.backends()),
                        step.difference().isEmpty() ? "-" : step.difference());
            }
        }
        table.lines().forEach(context.console()::result);
    }

    /** The first few, and how many more. */
    private static String backends(Map<String, Boolean> backends) {
        List<String> texts = backends.entrySet().stream()
                .map(it -> it.getKey() + (it.getValue() ? "" : " (off)"))
                .toList();
        return texts.isEmpty()
                ? "none"
                : texts.size() <= ADDRESSES
                        ? String.join(", ", texts)
                        : "%s and %d more"
                                .formatted(String.join(", ", texts.subList(0, ADDRESSES)), texts.size() - ADDRESSES);
    }
}
