package io.clustermesh.store.admin;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events (WHATWG HTML, section 9.2): {@code id}, {@code event} and {@code data} for each, a comment every few
 * seconds so that a dead connection is noticed, {@code Last-Event-ID} to go on.
 *
 * <p>A stream keeps no events. It knows the id of the last one it sent, and pulls what came after when its socket takes
 * more; a slow client therefore costs nothing, and is told ({@code event: lost}) if it was passed. Everything runs on the
 * event loop.
 */
final class EventStreams {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int MOST_STREAMS = 64;
    private static final int MOST_ITEMS = 100;
    private static final long HEARTBEAT_MILLIS = 5_000;

    /** Events within this time go together, so that a flood of them is no flood of wake-ups. */
    private static final long GATHER_MILLIS = 20;

    private final Vertx vertx;
    private final AtomicInteger open = new AtomicInteger();

    EventStreams(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Streams if the client asks for {@code text/event-stream} by name; leaves it to the next handler otherwise. */
    void openIfWanted(RoutingContext context, EventFeed feed) {
        String accept = context.request().getHeader("Accept");
        if (accept != null && accept.contains("text/event-stream")) {
            open(context, feed);
        } else {
            context.next();
        }
    }

    void open(RoutingContext context, EventFeed feed) {
        if (open.incrementAndGet() > MOST_STREAMS) {
            open.decrementAndGet();
            AdminRouter.problem(
                    context,
                    new Problem.TooMany("%d streams of events are open already; close one, or read /v1/events instead"
                            .formatted(MOST_STREAMS)));
            return;
        }
        HttpServerResponse response = context.response();
        response.putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store");
        if (context.request().version() == HttpVersion.HTTP_1_1) {
            response.setChunked(true);
        }
        String last = Optional.ofNullable(context.request().getHeader("Last-Event-ID"))
                .or(() -> context.queryParam("after").stream().findFirst())
                .orElse("");
        new Stream(response, feed, last).start();
    }

    private final class Stream {
        private final HttpServerResponse response;
        private final EventFeed feed;
        private final Context loop = vertx.getOrCreateContext();
        private final AtomicBoolean noted = new AtomicBoolean();
        private String last;
        private boolean over;

        Stream(HttpServerResponse response, EventFeed feed, String last) {
            this.response = response;
            this.feed = feed;
            this.last = last;
        }

        void start() {
            response.write(": what this process warns of\n\n");
            AutoCloseable listening = feed.onNew(this::note);
            long heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, id -> {
                if (!response.writeQueueFull()) {
                    response.write(": still here\n\n");
                }
            });
            response.drainHandler(ready -> pump());
            response.exceptionHandler(e -> LOG.atDebug().setCause(e).log("a stream of events broke"));
            response.endHandler(end -> finish(listening, heartbeat));
            response.closeHandler(end -> finish(listening, heartbeat));
            pump();
        }

        private void finish(AutoCloseable listening, long heartbeat) {
            if (over) {
                return;
            }
            over = true;
            open.decrementAndGet();
            vertx.cancelTimer(heartbeat);
            try {
                listening.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a stream of events did not stop listening");
            }
        }

        /** Any thread. */
        private void note() {
            if (noted.compareAndSet(false, true)) {
                loop.runOnContext(go -> vertx.setTimer(GATHER_MILLIS, id -> pump()));
            }
        }

        private void pump() {
            noted.set(false);
            while (!over && !response.writeQueueFull()) {
                EventFeed.Batch batch = feed.after(last, MOST_ITEMS);
                if (batch.lost()) {
                    response.write("event: lost\ndata: {}\n\n");
                }
                for (EventFeed.Item item : batch.items()) {
                    String data = new String(AdminJson.write(item.data()), StandardCharsets.UTF_8);
                    response.write("id: " + item.id() + "\nevent: warning\ndata: " + data + "\n\n");
                    last = item.id();
                }
                if (batch.items().size() < MOST_ITEMS) {
                    return;
                }
            }
        }
    }
}
