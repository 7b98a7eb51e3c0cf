package io.clustermesh.store.etcd;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.Compare;
import io.clustermesh.store.etcd.pb.DeleteRangeRequest;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.PutRequest;
import io.clustermesh.store.etcd.pb.RequestOp;
import io.clustermesh.store.etcd.pb.TxnRequest;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.KeyText;
import io.clustermesh.store.kv.KeyValue;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.kv.WatchListener;

/** The port's records to etcd's messages and back. */
final class Messages {

    private Messages() {}

    static ByteString firstKey(KeyRange range) {
        return switch (range) {
            case KeyRange.Single(String key) -> bytes(key);
            // etcd refuses an empty key; the smallest one stands for "from the beginning"
            case KeyRange.Prefix(String prefix) ->
                prefix.isEmpty() ? ByteString.copyFrom(new byte[] {0}) : bytes(prefix);
        };
    }

    private static ByteString bytes(String key) {
        return ByteString.copyFrom(KeyText.bytes(key));
    }

    /** The exclusive end of a range; empty for a single key. */
    static ByteString rangeEnd(KeyRange range) {
        return switch (range) {
            case KeyRange.Single ignored -> ByteString.EMPTY;
            case KeyRange.Prefix(String prefix) -> prefixEnd(bytes(prefix));
        };
    }

    /** The first key after all keys with this prefix: its last byte that can grow, grown by one. */
    static ByteString prefixEnd(ByteString prefix) {
        for (int i = prefix.size() - 1; i >= 0; i--) {
            int value = prefix.byteAt(i) & 0xff;
            if (value < 0xff) {
                return prefix.substring(0, i).concat(ByteString.copyFrom(new byte[] {(byte) (value + 1)}));
            }
        }
        return ByteString.copyFrom(new byte[] {0});
    }

    /** The key right after {@code key}, where the next page begins. */
    static ByteString after(ByteString key) {
        return key.concat(ByteString.copyFrom(new byte[] {0}));
    }

    static KeyValue keyValue(io.clustermesh.store.etcd.pb.KeyValue kv) {
        return new KeyValue(
                KeyText.of(kv.getKey().toByteArray()),
                kv.getValue().toByteArray(),
                new KeyValue.Version(
                        new Revision(kv.getCreateRevision()), new Revision(kv.getModRevision()), kv.getVersion()),
                kv.getLease());
    }

    static WatchListener.Event event(Event event) {
        return switch (event.getType()) {
            case PUT -> new WatchListener.Event.Put(keyValue(event.getKv()));
            case DELETE, UNRECOGNIZED ->
                new WatchListener.Event.Delete(
                        KeyText.of(event.getKv().getKey().toByteArray()),
                        new Revision(event.getKv().getModRevision()));
        };
    }

    static TxnRequest txn(Txn txn) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        txn.guards().forEach(guard -> request.addCompare(compare(guard)));
        txn.operations().forEach(op -> request.addSuccess(operation(op)));
        return request.build();
    }

    private static Compare compare(Txn.Guard guard) {
        return switch (guard) {
            case Txn.Guard.Absent(String key) -> version(key, Compare.CompareResult.EQUAL);
            case Txn.Guard.Present(String key) -> version(key, Compare.CompareResult.GREATER);
            case Txn.Guard.ModifiedAt(String key, Revision revision) ->
                Compare.newBuilder()
                        .setKey(bytes(key))
                        .setTarget(Compare.CompareTarget.MOD)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setModRevision(revision.value())
                        .build();
            case Txn.Guard.CreatedAt(String key, Revision revision) ->
                Compare.newBuilder()
                        .setKey(bytes(key))
                        .setTarget(Compare.CompareTarget.CREATE)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setCreateRevision(revision.value())
                        .build();
        };
    }

    private static Compare version(String key, Compare.CompareResult comparedWithZero) {
        return Compare.newBuilder()
                .setKey(bytes(key))
                .setTarget(Compare.CompareTarget.VERSION)
                .setResult(comparedWithZero)
                .setVersion(0)
                .build();
    }

    private static RequestOp operation(Txn.Op op) {
        RequestOp.Builder request = RequestOp.newBuilder();
        switch (op) {
            case Txn.Op.Put put ->
                request.setRequestPut(PutRequest.newBuilder()
                        .setKey(bytes(put.key()))
                        .setValue(ByteString.copyFrom(put.value()))
                        .setLease(put.lease().map(Lease::id).orElse(0L)));
            case Txn.Op.Delete(String key) ->
                request.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)));
            case Txn.Op.DeletePrefix(String prefix) -> {
                ByteString first = bytes(prefix);
                request.setRequestDeleteRange(
                        DeleteRangeRequest.newBuilder().setKey(first).setRangeEnd(prefixEnd(first)));
            }
        }
        return request.build();
    }
}
