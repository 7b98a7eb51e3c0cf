package io.clustermesh.store.etcd;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Listing;
import io.clustermesh.store.kv.PageListener;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.StoreException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Reads a range page by page at one revision; while one page is taken the next is fetched. The pages are large, since
 * etcd walks the whole rest of the range for each, and get smaller when an answer would be larger than a message may
 * be. Trusts the server with nothing: keys must come in order and belong to the range.
 */
final class Pages {

    private static final int PAGE_KEYS = 10_000;
    private static final int ATTEMPTS = 3;
    private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

    private final Calls calls;
    private final ExecutorService background;
    private final KeyRange range;
    private final ByteString end;
    private final long at;
    private int limit = PAGE_KEYS;

    /** The history or revision changed between two pages. */
    private static final class Restart extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient StoreException reason;

        Restart(StoreException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /** As it is now. */
    Pages(Calls calls, ExecutorService background, KeyRange range) {
        this(calls, background, range, Revision.NONE);
    }

    /** As it was; {@link StoreException.Invalid} if {@code at} has been compacted or has not happened. */
    Pages(Calls calls, ExecutorService background, KeyRange range, Revision at) {
        this.at = at.value();
        this.calls = calls;
        this.background = background;
        this.range = range;
        this.end = Messages.rangeEnd(range);
    }

    Listing read(PageListener listener) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return readOnce(listener);
            } catch (Restart restart) {
                if (attempt == ATTEMPTS || at > 0) {
                    throw restart.reason;
                }
                limit = PAGE_KEYS;
            }
        }
    }

    private Listing readOnce(PageListener listener) throws InterruptedException {
        RangeResponse page = fetch(Messages.firstKey(range), at, listener);
        long revision = at > 0 ? at : page.getHeader().getRevision();
        long clusterId = page.getHeader().getClusterId();
        ByteString last = ByteString.EMPTY;
        listener.onStart(clusterId);
        while (true) {
            if (page.getHeader().getClusterId() != clusterId) {
                throw new Restart(new StoreException.Unavailable(
                        "list of %s failed: the server changes its cluster_id from page to page; point the endpoint at one etcd"
                                .formatted(range),
                        null));
            }
            boolean more = page.getMore() && page.getKvsCount() > 0;
            ByteString next =
                    more ? Messages.after(page.getKvs(page.getKvsCount() - 1).getKey()) : ByteString.EMPTY;
            Future<RangeResponse> ahead = more ? background.submit(() -> page(next, revision, limit, false)) : null;
            try {
                last = hand(page, last, listener);
                if (!more || ahead == null) {
                    return new Listing(clusterId, new Revision(revision), List.of());
                }
                page = await(ahead, next, revision, listener);
            } finally {
                if (ahead != null) {
                    ahead.cancel(true);
                }
            }
        }
    }

    private ByteString hand(RangeResponse page, ByteString after, PageListener listener) throws InterruptedException {
        List<KeyValue> entries = new ArrayList<>(page.getKvsCount());
        ByteString last = after;
        for (int i = 0; i < page.getKvsCount(); i++) {
            ByteString key = page.getKvs(i).getKey();
            KeyValue entry = Messages.keyValue(page.getKvs(i));
            if (ORDER.compare(key, last) <= 0 || !range.covers(entry.key())) {
                throw new StoreException.Unavailable(
                        "list of %s failed: the server sent key %.100s after %.100s, which is out of order or not asked for"
                                .formatted(range, entry.key(), last.toStringUtf8()),
                        null);
            }
            last = key;
            entries.add(entry);
        }
        listener.onPage(entries);
        return last;
    }

    private RangeResponse await(Future<RangeResponse> ahead, ByteString key, long revision, PageListener listener)
            throws InterruptedException {
        try {
            return ahead.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException failure) {
                return retry(failure, key, revision, listener);
            }
            throw new StoreException.Unavailable("list of %s failed: %s".formatted(range, e.getCause()), e);
        }
    }

    private RangeResponse fetch(ByteString key, long revision, PageListener listener) {
        try {
            return page(key, revision, limit, false);
        } catch (StatusRuntimeException e) {
            return retry(e, key, revision, listener);
        }
    }

    private RangeResponse retry(StatusRuntimeException failure, ByteString from, long revision, PageListener listener) {
        StatusRuntimeException last = failure;
        ByteString key = from;
        while (true) {
            Status.Code code = last.getStatus().getCode();
            if (code == Status.Code.OUT_OF_RANGE && revision > 0) {
                throw new Restart(EtcdErrors.toStoreException("list of " + range, last));
            }
            if (code != Status.Code.RESOURCE_EXHAUSTED) {
                throw EtcdErrors.toStoreException("list of " + range, last);
            }
            try {
                if (limit > 1) {
                    limit = Math.max(1, limit / 8); // the page is larger than a message may be
                } else {
                    key = skip(key, revision, listener);
                    limit = PAGE_KEYS / 8;
                }
                return page(key, revision, limit, false);
            } catch (StatusRuntimeException e) {
                last = e;
            }
        }
    }

    // One value alone is too large to be sent: learn its name and go on behind it.
    private ByteString skip(ByteString key, long revision, PageListener listener) {
        RangeResponse named = page(key, revision, 1, true);
        if (named.getKvsCount() != 1) {
            throw new StoreException.Unavailable(
                    "list of %s failed: the server has answers too large to be sent, and no key for them"
                            .formatted(range),
                    null);
        }
        ByteString large = named.getKvs(0).getKey();
        listener.onTooLarge(large.toStringUtf8());
        return Messages.after(large);
    }

    private RangeResponse page(ByteString key, long revision, int keys, boolean namesOnly) {
        // no sort order: etcd answers in key order anyway, and sorts the whole rest for each page if asked to
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(end)
                .setRevision(revision)
                .setLimit(keys)
                .setKeysOnly(namesOnly)
                .build();
        return calls.raw(
                (channel, stubs) -> stubs.on(KVGrpc.newBlockingStub(channel)).range(request));
    }
}
