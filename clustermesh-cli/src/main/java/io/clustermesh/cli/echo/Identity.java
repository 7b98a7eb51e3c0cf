package io.clustermesh.cli.echo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who answers.
 *
 * @param cluster name of the cluster
 * @param node name of the node
 * @param pod name of the pod
 */
public record Identity(String cluster, String node, String pod) {

    private static final Pattern JSON =
            Pattern.compile("\\{\"cluster\":\"([^\"]*)\",\"node\":\"([^\"]*)\",\"pod\":\"([^\"]*)\"");

    /** {@code cluster/node/pod}, a line of the UDP answer. */
    public String text() {
        return cluster + "/" + node + "/" + pod;
    }

    /** Reads {@link #text()}. */
    public static Identity parse(String text) {
        String[] parts = text.strip().split("/");
        if (parts.length != 3) {
            throw new IllegalArgumentException("\"%s\" is no cluster/node/pod".formatted(text));
        }
        return new Identity(parts[0], parts[1], parts[2]);
    }

    /** Reads {@link #json()}. */
    public static Identity parseJson(String json) {
        Matcher matcher = JSON.matcher(json);
        if (!matcher.find()) {
            throw new IllegalArgumentException("\"%s\" is no answer of the echo server".formatted(json));
        }
        return new Identity(matcher.group(1), matcher.group(2), matcher.group(3));
    }

    /** The HTTP body: the same, as JSON. Names of the rig need no escapes. */
    public String json() {
        return "{\"cluster\":\"%s\",\"node\":\"%s\",\"pod\":\"%s\"}%n".formatted(cluster, node, pod);
    }
}
