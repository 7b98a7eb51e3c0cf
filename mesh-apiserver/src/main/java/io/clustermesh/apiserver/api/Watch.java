package io.clustermesh.apiserver.api;

/** One watch of a stream: what it wants and how far it has come. Belongs to the stream's event loop. */
final class Watch {

    /** Wishes of the client beyond the query. */
    record Options(boolean fragments, boolean progress) {}

    private final long id;
    private final Batches.Group group;
    private final Options options;
    private final long incarnation;
    private long next;
    private boolean quiet;

    /**
     * @param incarnation of the view it started in
     * @param next the first revision that it has not seen
     */
    Watch(long id, Batches.Group group, Options options, long incarnation, long next) {
        this.id = id;
        this.group = group;
        this.options = options;
        this.incarnation = incarnation;
        this.next = next;
    }

    long id() {
        return id;
    }

    Batches.Group group() {
        return group;
    }

    Options options() {
        return options;
    }

    long incarnation() {
        return incarnation;
    }

    long next() {
        return next;
    }

    /** It has seen everything up to {@code revision}. */
    void seen(long revision) {
        next = Math.max(next, revision + 1);
    }

    /** Something was sent to it. */
    void spoken() {
        quiet = false;
    }

    /** True if nothing was sent since the last call. */
    boolean wasQuiet() {
        boolean was = quiet;
        quiet = true;
        return was;
    }
}
