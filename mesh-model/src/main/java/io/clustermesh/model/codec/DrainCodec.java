package io.clustermesh.model.codec;

import io.clustermesh.model.ClusterName;
import io.clustermesh.model.Decoded;
import io.clustermesh.model.Drain;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Drains, in our own format:
 *
 * <pre>{@code
 * {"cluster":"east","node":"east-n1","from":100,"to":0,"since":"2026-05-04T08:00:00Z","rampSeconds":60,"keep":85}
 * }</pre>
 */
public final class DrainCodec {

    private DrainCodec() {}

    /** The JSON above; {@code node} is left out for a whole cluster. */
    public static byte[] encode(Drain drain) {
        return JsonOut.object(out -> {
            out.text("cluster", drain.target().cluster().value());
            out.textIfAny("node", drain.target().node());
            out.number("from", drain.course().fromPercent());
            out.number("to", drain.course().toPercent());
            out.text("since", drain.course().since().toString());
            out.number("rampSeconds", (int) drain.course().ramp().toSeconds());
            out.number("keep", drain.keepPercent());
        });
    }

    /** Reads that JSON. */
    public static Decoded<Drain> decode(byte[] json) {
        return JsonIn.decode("drain", json, DrainCodec::read);
    }

    private static Drain read(JsonIn in) {
        var drain = new Object() {
            String cluster = "";
            String node = "";
            int from = 100;
            int to;
            String since = "";
            int rampSeconds;
            int keep;
        };
        in.fields(field -> {
            switch (field) {
                case "cluster" -> drain.cluster = in.text();
                case "node" -> drain.node = in.text();
                case "from" -> drain.from = in.number();
                case "to" -> drain.to = in.number();
                case "since" -> drain.since = in.text();
                case "rampSeconds" -> drain.rampSeconds = in.number();
                case "keep" -> drain.keep = in.number();
                default -> in.skip();
            }
        });
        return new Drain(
                new Drain.Target(new ClusterName(drain.cluster), drain.node),
                new Drain.Course(drain.from, drain.to, time(drain.since), Duration.ofSeconds(drain.rampSeconds)),
                drain.keep);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "since \"%s\" is no time such as 2026-05-04T08:00:00Z".formatted(text), e);
        }
    }
}
