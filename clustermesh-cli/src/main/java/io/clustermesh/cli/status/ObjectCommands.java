package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.status.ObjectList.Column;
import io.clustermesh.cli.status.ObjectList.Kind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code identity list}, {@code node list}, {@code endpoint list}. */
public final class ObjectCommands {

    private ObjectCommands() {}

    /** The group {@code identity}. */
    public static CommandLine identities(Context context) {
        return Groups.create(
                "identity", "Security identities.", new IdentityList(context), new IdentityGetCommand(context));
    }

    /** The group {@code node}. */
    public static CommandLine nodes(Context context) {
        return Groups.create("node", "Nodes.", new NodeList(context));
    }

    /** The group {@code endpoint}. */
    public static CommandLine endpoints(Context context) {
        return Groups.create("endpoint", "Pod addresses.", new EndpointList(context));
    }

    @Command(name = "list", description = "Identities as each cluster sees them, with their labels.")
    private static final class IdentityList implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ObjectList list = new ObjectList();

        @Option(names = "--cluster", paramLabel = "NAME", description = "Only this cluster's.")
        private String cluster = "";

        @Option(names = "--label", paramLabel = "LABEL", description = "Only with app=cart, k8s:app=cart or app.")
        private String label = "";

        IdentityList(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list.show(
                    context,
                    new Kind(
                            "identities",
                            "/v1/identities",
                            Map.of("cluster", cluster, "label", label),
                            List.of(
                                    ObjectList.CLUSTER,
                                    new Column(
                                            "IDENTITY", item -> item.path("id").asText()),
                                    new Column("LABELS", item -> ObjectList.join(item.path("labels"))),
                                    ObjectList.AGE)));
        }
    }

    @Command(name = "list", description = "Nodes as each cluster sees them.")
    private static final class NodeList implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ObjectList list = new ObjectList();

        @Option(names = "--cluster", paramLabel = "NAME", description = "Only this cluster's.")
        private String cluster = "";

        NodeList(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list.show(
                    context,
                    new Kind(
                            "nodes",
                            "/v1/nodes",
                            Map.of("cluster", cluster),
                            List.of(
                                    ObjectList.CLUSTER,
                                    new Column("NODE", item -> item.path("name").asText()),
                                    new Column("ADDRESSES", NodeList::addresses),
                                    new Column("POD CIDRS", item -> ObjectList.join(item.path("podCidrs"))),
                                    ObjectList.AGE)));
        }

        private static String addresses(JsonNode node) {
            return String.join(" ", node.path("addresses").findValuesAsText("ip"));
        }
    }

    @Command(name = "list", description = "Pod addresses as each cluster sees them, and the identities behind them.")
    private static final class EndpointList implements Callable<Integer> {
        private final Context context;

        @Mixin
        private ObjectList list = new ObjectList();

        @Option(names = "--cluster", paramLabel = "NAME", description = "Only this cluster's.")
        private String cluster = "";

        @Option(names = "--identity", paramLabel = "N", description = "Only with this identity.")
        private String identity = "";

        EndpointList(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list.show(
                    context,
                    new Kind(
                            "endpoints",
                            "/v1/endpoints",
                            Map.of("cluster", cluster, "identity", identity),
                            List.of(
                                    ObjectList.CLUSTER,
                                    new Column("IP", item -> item.path("ip").asText()),
                                    new Column(
                                            "IDENTITY",
                                            item -> item.path("identity").asText()),
                                    new Column("POD", EndpointList::pod),
                                    new Column(
                                            "NODE IP", item -> item.path("host").asText()),
                                    ObjectList.AGE)));
        }

        private static String pod(JsonNode endpoint) {
            JsonNode pod = endpoint.path("pod");
            return pod.path("namespace").asText() + "/" + pod.path("name").asText();
        }
    }
}
