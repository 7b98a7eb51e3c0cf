package io.clustermesh.cli.drain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.home.ClusterAccess;
import io.clustermesh.cli.target.TargetOption;
import io.clustermesh.cli.target.Targets;
import io.clustermesh.store.admin.AdminClient;
import io.clustermesh.store.admin.AdminJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is drained, how fast, and who is told. */
final class DrainTarget {

    private static final Pattern RAMP = Pattern.compile("(\\d{1,6})(s|m|h)");

    @Mixin
    private TargetOption target = new TargetOption();

    @Option(names = "--node", paramLabel = "NODE", description = "Only this node of the cluster.")
    private String node = "";

    @Option(
            names = "--ramp",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "How long it takes, for example 60s or 5m (default: ${DEFAULT-VALUE}, at once).")
    private String ramp = "0s";

    @Option(
            names = "--in",
            paramLabel = "CLUSTER",
            split = ",",
            description = "Whose clients it counts for (default: those of every cluster that is seen).")
    private List<String> in = new ArrayList<>();

    /** Calls {@code each} with every cluster that is told, or asked; false if one of them said no. */
    boolean all(Context context, Predicate<ClusterAccess> each) {
        boolean all = true;
        try (Targets targets = target.open(context)) {
            for (ClusterAccess teller : tellers(targets)) {
                all &= each.test(teller);
            }
        }
        return all;
    }

    /** Tells everybody; the exit code. */
    int tell(Context context, String method, String cluster) {
        String path = "/v1/drains/" + encoded(cluster) + "?rampSeconds=" + ramp().toSeconds()
                + (node.isEmpty() ? "" : "&node=" + encoded(node));
        boolean all = all(context, teller -> {
            Reply reply = first(teller, method, path);
            context.console()
                    .result("%s %s: %s".formatted(context.console().mark(reply.good()), teller.title(), reply.text()));
            return reply.good();
        });
        return all ? 0 : 1;
    }

    /** The clusters that are told, or asked. */
    private List<ClusterAccess> tellers(Targets targets) {
        List<ClusterAccess> seen = targets.clusters();
        List<String> unknown = in.stream()
                .filter(name -> seen.stream().noneMatch(one -> one.title().equals(name)))
                .toList();
        if (!unknown.isEmpty()) {
            throw new CommandFailed(
                    "--in names %s; there are %s"
                            .formatted(
                                    unknown,
                                    seen.stream().map(ClusterAccess::title).toList()),
                    "correct the name, or name another folder with --home");
        }
        return seen.stream()
                .filter(one -> in.isEmpty() || in.contains(one.title()))
                .toList();
    }

    /**
     * What a cluster says.
     *
     * @param good whether it did as told
     * @param body its answer
     * @param text the same for people
     */
    record Reply(boolean good, JsonNode body, String text) {}

    /** The answer of the first replica that has one. */
    static Reply first(ClusterAccess cluster, String method, String path) {
        Optional<String> silence = Optional.empty();
        for (String replica : cluster.apiservers()) {
            try {
                AdminClient.Answer answer = cluster.send(replica, method, path);
                JsonNode body = AdminJson.mapper().readTree(answer.body());
                return new Reply(
                        answer.ok(),
                        body,
                        answer.ok() ? course(body) : body.path("detail").asText("answers " + answer.status()));
            } catch (AdminClient.Unreachable e) {
                silence = Optional.of(String.valueOf(e.getMessage()));
            } catch (JsonProcessingException e) {
                silence = Optional.of(replica + " answers no JSON");
            }
        }
        return new Reply(
                false, AdminJson.mapper().missingNode(), silence.orElse("it has no mesh-apiserver that could be told"));
    }

    /** "keeps 100 % and goes to 0 % in 60 s". */
    private static String course(JsonNode drain) {
        int keep = drain.path("keepPercent").asInt();
        int goal = drain.path("toPercent").asInt();
        return keep == goal
                ? "keeps %d %% of its share".formatted(keep)
                : "keeps %d %% of its share and goes to %d %% in %d s"
                        .formatted(keep, goal, drain.path("rampSeconds").asLong());
    }

    private Duration ramp() {
        Matcher matcher = RAMP.matcher(ramp);
        if (!matcher.matches()) {
            throw new CommandFailed(
                    "--ramp is \"%s\", which is no length of time".formatted(ramp), "write for example 60s, 5m or 1h");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
