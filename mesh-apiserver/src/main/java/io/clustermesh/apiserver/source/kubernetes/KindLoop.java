package io.clustermesh.apiserver.source.kubernetes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clustermesh.apiserver.source.KindStatus.State;
import io.clustermesh.apiserver.source.SourceError;
import io.clustermesh.apiserver.source.kubernetes.KubeApi.Answer;
import io.clustermesh.store.runtime.Backoff;
import io.clustermesh.store.runtime.Clock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of one kind, on a thread of its own:
 *
 * <pre>
 *            ┌───────── 410, or watches that won't begin ─────────┐
 *            ▼                                                    │
 *   locate ─► list in pages ─► told once ─► watch ─ ends in time ─┤
 *     ▲                                       ▲                   │
 *     │ 404                                   └── from where it was
 *     └── absent: looks again; 403: asks again; anything else: backs off, and goes on from where it was
 * </pre>
 */
final class KindLoop {

    private static final Logger LOG = LoggerFactory.getLogger(KindLoop.class);

    private static final int PAGE = 500;
    /** How long a page may pause while it comes. */
    private static final Duration LIST_SILENCE = Duration.ofSeconds(30);
    /** The API server sends a bookmark each minute at least. */
    private static final Duration WATCH_SILENCE = Duration.ofSeconds(150);
    /** A watch is renewed after this long or up to twice as long, so that a lost role is noticed. */
    private static final Duration WATCH = Duration.ofMinutes(4);
    /** One that ends sooner, without a word, counts as a failure. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    /** An API server that starts may not know its own definitions for a moment. */
    private static final Duration ABSENCE_DOUBT = Duration.ofSeconds(10);
    /** After so many watches in a row that won't begin, the version that they begin at is doubted. */
    private static final int DOUBTFUL_WATCHES = 3;

    private static final ObjectMapper MAPPER = new ObjectMapper(TreeReader.factory());

    /** How a list or watch ended. */
    private sealed interface End {
        record Well() implements End {}

        /** The position is forgotten. */
        record Expired() implements End {}

        record Denied(String message) implements End {}

        record Absent() implements End {}

        record Failed(String reason) implements End {}
    }

    private final Resource resource;
    private final KubeApi api;
    private final KindObjects objects;
    private final KindTracker tracker;
    private final Clock clock;
    private final TreeReader trees = new TreeReader();
    private final Shape eventShape;
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), LONGEST_PAUSE);
    private Optional<String> version = Optional.empty();
    private Optional<String> position = Optional.empty();
    private Optional<Long> absentSinceNanos = Optional.empty();
    private int watchesRefused;
    /** A page expired while it was followed, so the next list comes as one. */
    private boolean inOne;

    KindLoop(Resource resource, KubeApi api, KindObjects objects, KindTracker tracker, Clock clock) {
        this.resource = resource;
        this.api = api;
        this.objects = objects;
        this.tracker = tracker;
        this.clock = clock;
        this.eventShape = resource.shape().event();
    }

    /** Until it is interrupted. */
    void run() throws InterruptedException {
        while (true) {
            End end;
            try {
                end = step();
            } catch (InterruptedIOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException(e.getMessage());
                }
                end = new End.Failed(String.valueOf(e.getMessage()));
            } catch (IOException | RuntimeException e) {
                end = new End.Failed("%s: %s".formatted(resource.plural(), e));
            }
            follow(end);
        }
    }

    private End step() throws IOException, InterruptedException {
        if (version.isEmpty()) {
            Optional<End> missing = locate();
            if (missing.isPresent()) {
                return missing.get();
            }
        }
        return position.isEmpty() ? list() : watch();
    }

    private void follow(End end) throws InterruptedException {
        if (!(end instanceof End.Absent)) {
            absentSinceNanos = Optional.empty();
        }
        switch (end) {
            case End.Well() -> backoff.succeeded();
            case End.Expired() -> {
                LOG.atInfo().addKeyValue("kind", resource.plural()).log("history is gone, listing again");
                position = Optional.empty();
                clock.sleep(backoff.afterFailure());
            }
            case End.Denied(String message) -> {
                tell(tracker.denied(message));
                clock.sleep(backoff.afterFailure());
            }
            case End.Absent() -> absent();
            case End.Failed(String reason) -> {
                tell(tracker.failing(reason));
                clock.sleep(backoff.afterFailure());
            }
        }
    }

    private void tell(SourceError error) throws InterruptedException {
        objects.error(error);
    }

    private void absent() throws InterruptedException {
        version = Optional.empty();
        position = Optional.empty();
        long now = clock.monotonicNanos();
        long since = absentSinceNanos.orElse(now);
        absentSinceNanos = Optional.of(since);
        if (objects.count() > 0 && now - since < ABSENCE_DOUBT.toNanos()) {
            clock.sleep(ABSENCE_DOUBT.dividedBy(10));
            return;
        }
        tracker.is(State.ABSENT);
        objects.clear();
        objects.synced();
        clock.sleep(LOOK_AGAIN);
    }

    /** Finds out in which version the kind is served; how it ended if in none. */
    private Optional<End> locate() throws IOException, InterruptedException {
        if (!resource.optional()) {
            version = Optional.of(resource.versions().getFirst());
            return Optional.empty();
        }
        return switch (api.get("/apis/" + resource.group(), LIST_SILENCE)) {
            case Answer.Body(ResponseStream body) -> {
                try (body) {
                    JsonNode served = MAPPER.readTree(body).path("versions");
                    version = resource.versions().stream()
                            .filter(known -> served.findValuesAsText("version").contains(known))
                            .findFirst();
                }
                yield version.isPresent() ? Optional.empty() : Optional.of(new End.Absent());
            }
            case Answer refused -> Optional.of(end(refused));
        };
    }

    private static End end(Answer refused) {
        return switch (refused) {
            case Answer.Denied(String message) -> new End.Denied(message);
            case Answer.NotFound() -> new End.Absent();
            case Answer.Gone() -> new End.Expired();
            case Answer.Failed(int code, String message) -> new End.Failed(message);
            case Answer.Body ignored -> new End.Well();
        };
    }

    private End list() throws IOException, InterruptedException {
        KindObjects.Round round = objects.list();
        String next = "";
        while (true) {
            String path = resource.path(version.orElseThrow())
                    + (inOne ? "" : "limit=" + PAGE)
                    + (next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
            Answer answer = api.get(path, LIST_SILENCE);
            if (!(answer instanceof Answer.Body(ResponseStream body))) {
                inOne = answer instanceof Answer.Gone;
                return end(answer);
            }
            tracker.is(State.LISTING);
            PageHead head;
            try (body;
                    JsonParser in = TreeReader.factory().createParser(body)) {
                head = page(in, round);
            }
            round.flush();
            tracker.sign();
            next = head.next;
            if (next.isEmpty()) {
                inOne = false;
                position = Optional.of(head.version);
                watchesRefused = 0;
                tracker.listed();
                round.end();
                objects.synced();
                return new End.Well();
            }
        }
    }

    /** What stands before the items of a page. */
    private static final class PageHead {
        private String version = "";
        private String next = "";
    }

    private PageHead page(JsonParser in, KindObjects.Round round) throws IOException, InterruptedException {
        PageHead head = new PageHead();
        boolean complete = false;
        in.nextToken();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            JsonToken value = in.nextToken();
            if (field.equals("metadata")) {
                JsonNode metadata = MAPPER.readTree(in);
                head.version = metadata.path("resourceVersion").asText();
                head.next = metadata.path("continue").asText("");
            } else if (field.equals("items") && value == JsonToken.START_ARRAY) {
                while (in.nextToken() == JsonToken.START_OBJECT) {
                    round.take(trees.read(in, resource.shape()));
                }
            } else {
                in.skipChildren();
            }
            complete = !head.version.isEmpty();
        }
        if (!complete || in.currentToken() != JsonToken.END_OBJECT) {
            throw new IOException("a page broke off");
        }
        return head;
    }

    private End watch() throws IOException, InterruptedException {
        long seconds = WATCH.toSeconds() + ThreadLocalRandom.current().nextLong(WATCH.toSeconds());
        Answer answer = api.get(
                resource.path(version.orElseThrow())
                        + "watch=1&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d"
                                .formatted(position.orElseThrow(), seconds),
                WATCH_SILENCE);
        if (!(answer instanceof Answer.Body(ResponseStream body))) {
            if (answer instanceof Answer.Failed(int code, String ignored)
                    && code > 0
                    && ++watchesRefused >= DOUBTFUL_WATCHES) {
                return new End
                        .Expired(); // an API server with another past (a restored etcd) refuses our position for ever
            }
            return end(answer);
        }
        watchesRefused = 0;
        tracker.is(State.WATCHING);
        long begun = clock.monotonicNanos();
        boolean heard = false;
        try (body) {
            Lines lines = new Lines(body);
            for (byte[] line = lines.next(); line.length > 0; line = lines.next()) {
                heard = true;
                tracker.sign();
                Optional<End> end = event(line);
                if (!lines.ready() || end.isPresent()) {
                    objects.flush();
                }
                if (end.isPresent()) {
                    return end.get();
                }
            }
        } finally {
            if (clock.monotonicNanos() - begun > SHORT.toNanos()) {
                backoff.succeeded();
            }
            objects.flush();
        }
        return heard || clock.monotonicNanos() - begun > SHORT.toNanos()
                ? new End.Well()
                : new End.Failed("the watch ended at once");
    }

    private Optional<End> event(byte[] line) throws IOException, InterruptedException {
        JsonNode event;
        try (JsonParser in = TreeReader.factory().createParser(line)) {
            in.nextToken();
            event = trees.read(in, eventShape);
        }
        JsonNode object = event.path("object");
        switch (event.path("type").asText()) {
            case "ADDED", "MODIFIED" -> objects.upsert(object);
            case "DELETED" -> objects.delete(object);
            case "BOOKMARK" -> {}
            default -> {
                int code = object.path("code").asInt();
                return Optional.of(
                        code == 410
                                ? new End.Expired()
                                : new End.Failed("the watch ended with %d: %s"
                                        .formatted(code, object.path("message").asText())));
            }
        }
        String at = object.path("metadata").path("resourceVersion").asText();
        position = at.isEmpty() ? position : Optional.of(at);
        return Optional.empty();
    }
}
