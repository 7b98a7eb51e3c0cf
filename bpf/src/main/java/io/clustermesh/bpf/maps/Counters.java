package io.clustermesh.bpf.maps;

/**
 * What the data plane has counted since its tables were made; never goes back while they live.
 *
 * @param translated connects and first datagrams sent on to a backend
 * @param noBackend connects and datagrams refused because no slot had a backend left
 * @param retries table entries that were drawn but dead, each followed by another draw
 * @param reversed source and peer addresses turned back into the frontend's
 * @param kept clients of services with affinity that came back to their backend
 * @param gaveWay clients that came back in time, but their backend was not to be had any more
 */
public record Counters(long translated, long noBackend, long retries, long reversed, long kept, long gaveWay) {

    /** Nothing counted. */
    public static final Counters NONE = new Counters(0, 0, 0, 0);

    /** Nothing counted about affinity. */
    public Counters(long translated, long noBackend, long retries, long reversed) {
        this(translated, noBackend, retries, reversed, 0, 0);
    }

    /** The sum, for adding up what each CPU counted. */
    public Counters plus(Counters other) {
        return new Counters(
                translated + other.translated,
                noBackend + other.noBackend,
                retries + other.retries,
                reversed + other.reversed,
                kept + other.kept,
                gaveWay + other.gaveWay);
    }
}
