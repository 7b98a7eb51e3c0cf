package io.clustermesh.apiserver.api;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.Compare;
import io.clustermesh.store.etcd.pb.Compare.CompareResult;
import io.clustermesh.store.etcd.pb.Compare.CompareTarget;
import io.clustermesh.store.etcd.pb.DeleteRangeRequest;
import io.clustermesh.store.etcd.pb.PutRequest;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RequestOp;
import io.clustermesh.store.etcd.pb.TxnRequest;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchCreateRequest.FilterType;
import java.util.List;
import java.util.Random;

/** Requests of every sort, sensible and not, made from a seed. */
final class TwinRequests {

    private static final List<String> PREFIXES =
            List.of("cilium/state/nodes/", "cilium/cache/", "clustermesh/", "other/", "\u00e9/", "a");

    private final Random random;
    private long values;

    TwinRequests(Random random) {
        this.random = random;
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    /** One of a few hundred keys, some of them no text. */
    ByteString key() {
        if (oneIn(40)) {
            return ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) random.nextInt(4), (byte) 0x80});
        }
        return ByteString.copyFromUtf8(PREFIXES.get(random.nextInt(PREFIXES.size())) + random.nextInt(40));
    }

    private ByteString value() {
        return oneIn(30)
                ? ByteString.EMPTY
                : ByteString.copyFromUtf8("%08d-%d".formatted(random.nextInt(100_000_000), values++));
    }

    private ByteString prefixOf(ByteString key) {
        return key.substring(0, 1 + random.nextInt(key.size()));
    }

    /** The end of everything that starts with {@code prefix}. */
    private static ByteString after(ByteString prefix) {
        int last = prefix.byteAt(prefix.size() - 1) & 0xff;
        return last == 0xff
                ? ByteString.copyFrom(new byte[] {0})
                : prefix.substring(0, prefix.size() - 1).concat(ByteString.copyFrom(new byte[] {(byte) (last + 1)}));
    }

    /**
     * @param oldest readable
     * @param newest there is
     */
    RangeRequest range(long oldest, long newest) {
        RangeRequest.Builder request = RangeRequest.newBuilder();
        ByteString key = key();
        request.setKey(key);
        switch (random.nextInt(6)) {
            case 0 -> {}
            case 1 -> request.setRangeEnd(zero());
            case 2 -> request.setRangeEnd(key());
            case 3 -> request.setKey(zero()).setRangeEnd(zero());
            default -> {
                ByteString prefix = prefixOf(key);
                request.setKey(prefix).setRangeEnd(after(prefix));
            }
        }
        if (oneIn(60)) {
            request.clearKey();
        }
        if (random.nextBoolean()) {
            request.setLimit(random.nextInt(14) - 1);
        }
        if (oneIn(2)) {
            request.setRevision(revision(oldest, newest));
        }
        if (oneIn(2)) {
            request.setSortOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
        }
        if (request.getSortTargetValue() != 0) {
            request.clearLimit(); // which of two equals is cut off, etcd leaves open
        }
        request.setKeysOnly(oneIn(5)).setCountOnly(oneIn(8)).setSerializable(oneIn(3));
        if (oneIn(6)) {
            request.setMinModRevision(revision(oldest, newest));
        }
        if (oneIn(6)) {
            request.setMaxModRevision(revision(oldest, newest));
        }
        if (oneIn(10)) {
            request.setMinCreateRevision(revision(oldest, newest));
        }
        if (oneIn(10)) {
            request.setMaxCreateRevision(revision(oldest, newest));
        }
        return request.build();
    }

    /** Mostly one that can be read, sometimes compacted, future or nonsense. */
    long revision(long oldest, long newest) {
        return switch (random.nextInt(20)) {
            case 0 -> newest + 1 + random.nextInt(5);
            case 1 -> Math.max(0, oldest - 1 - random.nextInt(20));
            case 2 -> -random.nextInt(3);
            case 3 -> newest;
            case 4 -> oldest;
            default -> oldest + (long) (random.nextDouble() * (newest - oldest + 1));
        };
    }

    PutRequest put(long lease) {
        PutRequest.Builder request = PutRequest.newBuilder().setKey(key()).setValue(value());
        request.setPrevKv(oneIn(3));
        if (oneIn(5)) {
            request.setLease(oneIn(6) ? 987_654 : lease);
        }
        if (oneIn(15)) {
            request.setIgnoreValue(true);
            if (random.nextBoolean()) {
                request.clearValue();
            }
        }
        if (oneIn(15)) {
            request.setIgnoreLease(true);
            if (random.nextBoolean()) {
                request.clearLease();
            }
        }
        if (oneIn(80)) {
            request.clearKey();
        }
        return request.build();
    }

    PutRequest tooLarge() {
        return PutRequest.newBuilder()
                .setKey(key())
                .setValue(ByteString.copyFrom(new byte[1_600_000 + random.nextInt(300_000)]))
                .build();
    }

    DeleteRangeRequest delete() {
        ByteString key = key();
        DeleteRangeRequest.Builder request = DeleteRangeRequest.newBuilder().setKey(key);
        if (oneIn(4)) {
            request.setRangeEnd(after(key)); // cart1 takes cart1* with it
        }
        if (oneIn(100)) {
            request.setRangeEnd(zero());
        }
        if (oneIn(60)) {
            request.clearKey();
        }
        return request.setPrevKv(random.nextBoolean()).build();
    }

    TxnRequest txn(long lease, long oldest, long newest, int depth) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            request.addCompare(compare(oldest, newest));
        }
        int operations = oneIn(50) ? 130 : random.nextInt(5);
        for (int i = 0; i < operations; i++) {
            request.addSuccess(operation(lease, oldest, newest, depth));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            request.addFailure(operation(lease, oldest, newest, depth));
        }
        return request.build();
    }

    private RequestOp operation(long lease, long oldest, long newest, int depth) {
        RequestOp.Builder operation = RequestOp.newBuilder();
        switch (random.nextInt(depth == 0 ? 9 : 8)) {
            case 0, 1, 2, 3 -> operation.setRequestPut(put(lease));
            case 4, 5 -> operation.setRequestDeleteRange(delete().toBuilder().clearRangeEnd());
            case 6, 7 ->
                operation.setRequestRange(range(oldest, newest).toBuilder().clearSortTarget());
            default -> operation.setRequestTxn(txn(lease, oldest, newest, 1));
        }
        return operation.build();
    }

    private Compare compare(long oldest, long newest) {
        Compare.Builder compare =
                Compare.newBuilder().setKey(key()).setResult(CompareResult.forNumber(random.nextInt(4)));
        switch (random.nextInt(5)) {
            case 0 -> compare.setTarget(CompareTarget.VERSION).setVersion(random.nextInt(3));
            case 1 -> compare.setTarget(CompareTarget.CREATE).setCreateRevision(revision(oldest, newest));
            case 2 -> compare.setTarget(CompareTarget.MOD).setModRevision(revision(oldest, newest));
            case 3 -> compare.setTarget(CompareTarget.VALUE).setValue(value());
            default -> compare.setTarget(CompareTarget.LEASE).setLease(random.nextInt(3));
        }
        if (oneIn(6)) {
            compare.setRangeEnd(after(compare.getKey()));
        }
        return compare.build();
    }

    WatchCreateRequest watch(long oldest, long newest) {
        WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder();
        ByteString key = key();
        switch (random.nextInt(5)) {
            case 0 -> request.setKey(key);
            case 1 -> request.setKey(zero()).setRangeEnd(zero());
            case 2 -> request.setKey(key).setRangeEnd(key());
            default -> {
                ByteString prefix = prefixOf(key);
                request.setKey(prefix).setRangeEnd(after(prefix));
            }
        }
        if (oneIn(40)) {
            request.clearKey();
        }
        switch (random.nextInt(8)) {
            case 0 -> request.setStartRevision(newest + 1 + random.nextInt(20));
            case 1 -> request.setStartRevision(Math.max(0, oldest - 1 - random.nextInt(20)));
            // from the compacted revision itself etcd sends what compaction has left of it
            case 2, 3, 4 ->
                request.setStartRevision(
                        Math.max(oldest + 1, newest + 1 - random.nextInt(oneIn(20) ? (int) newest : 150)));
            default -> {}
        }
        switch (random.nextInt(6)) {
            case 0 -> request.addFilters(FilterType.NOPUT);
            case 1 -> request.addFilters(FilterType.NODELETE);
            case 2 -> {
                if (oneIn(5)) {
                    request.addFilters(FilterType.NODELETE).addFilters(FilterType.NOPUT);
                }
            }
            default -> {}
        }
        request.setPrevKv(random.nextBoolean()).setFragment(oneIn(3)).setProgressNotify(oneIn(4));
        if (oneIn(4)) {
            request.setWatchId(random.nextInt(40));
        }
        return request.build();
    }

    private static ByteString zero() {
        return ByteString.copyFrom(new byte[] {0});
    }
}
