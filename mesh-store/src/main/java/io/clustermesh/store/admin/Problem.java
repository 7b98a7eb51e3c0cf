package io.clustermesh.store.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why a request got no answer; what a client sees of it is a problem document (RFC 9457).
 *
 * <p>A view throws one as a {@link ProblemException}; {@link #of} turns everything else that it may throw into one. This
 * is the API's only way from faults to statuses.
 */
public sealed interface Problem {

    /** Cause and next step, for people. */
    String detail();

    /** Nothing there, status 404. */
    record NotFound(String detail) implements Problem {}

    /** Something is there, but only for GET, status 405. */
    record MethodNotAllowed(String detail) implements Problem {}

    /** The request itself is wrong: parameter or syntax, status 400. */
    record BadRequest(String detail) implements Problem {}

    /** The client is known and has no right to this, status 403. */
    record Forbidden(String detail) implements Problem {}

    /** A {@code continue} token whose moment is no longer remembered, status 410. */
    record Expired(String detail) implements Problem {}

    /** The request line or its headers are longer than this API reads, status 414. */
    record TooLong(String detail) implements Problem {}

    /** As many streams are open as may be, status 429. */
    record TooMany(String detail) implements Problem {}

    /** A bug, status 500. */
    record Failed(String detail) implements Problem {}

    /** Not yet or not now, status 503; the client may come again. */
    record NotReady(String detail) implements Problem {}

    /** What {@code cause} is to a client. */
    static Problem of(Throwable cause) {
        return switch (cause) {
            case ProblemException known -> known.problem();
            case IllegalArgumentException wrong -> new BadRequest(String.valueOf(wrong.getMessage()));
            default -> new Failed("the view failed: %s; the process's log has the place, report it".formatted(cause));
        };
    }

    /** The HTTP status. */
    default int status() {
        return switch (this) {
            case BadRequest _ -> 400;
            case Forbidden _ -> 403;
            case NotFound _ -> 404;
            case MethodNotAllowed _ -> 405;
            case Expired _ -> 410;
            case TooLong _ -> 414;
            case TooMany _ -> 429;
            case Failed _ -> 500;
            case NotReady _ -> 503;
        };
    }

    /** The same words for every problem of the kind. */
    default String title() {
        return switch (this) {
            case BadRequest _ -> "Bad request";
            case Forbidden _ -> "Forbidden";
            case NotFound _ -> "Not found";
            case MethodNotAllowed _ -> "Method not allowed";
            case Expired _ -> "Continue token expired";
            case TooLong _ -> "Request too long";
            case TooMany _ -> "Too many streams";
            case Failed _ -> "Internal error";
            case NotReady _ -> "Not ready";
        };
    }

    /** Names the kind for programs. */
    default String type() {
        return "urn:clustermesh:problem:"
                + title().toLowerCase(java.util.Locale.ROOT).replace(' ', '-');
    }

    /** Seconds after which it is worth asking again, if it ever is. */
    default Optional<Integer> retryAfterSeconds() {
        return switch (this) {
            case NotReady _ -> Optional.of(1);
            case TooMany _ -> Optional.of(10);
            default -> Optional.empty();
        };
    }

    /** The document's members in the RFC's order; {@code instance} is the path that was asked for. */
    default Map<String, Object> document(String instance) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type());
        members.put("title", title());
        members.put("status", status());
        members.put("detail", detail());
        members.put("instance", instance);
        return members;
    }
}
