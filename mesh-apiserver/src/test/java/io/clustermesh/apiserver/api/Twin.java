package io.clustermesh.apiserver.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.clustermesh.store.etcd.pb.KeyValue;
import io.clustermesh.store.etcd.pb.LeaseTimeToLiveResponse;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.ResponseHeader;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One of two servers that should say the same: asks it, and takes out of its answer what is its own. */
final class Twin {

    private final Channel channel;
    private long revision = 1;

    Twin(Channel channel) {
        this.channel = channel;
    }

    /** The answer as text: all of its fields, or code and description. */
    <A, B extends Message> String ask(MethodDescriptor<A, B> method, A request) {
        try {
            B response = ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
            return text(request, response);
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            // the transport's own words, not etcd's
            boolean etcds = String.valueOf(status.getDescription()).startsWith("etcdserver");
            return status.getCode() + (etcds ? " " + status.getDescription() : "");
        }
    }

    /** The newest revision that an answer told. */
    long revision() {
        return revision;
    }

    private String text(Object request, Message response) {
        Message.Builder same = response.toBuilder();
        var header = response.getDescriptorForType().findFieldByName("header");
        ResponseHeader told = (ResponseHeader) response.getField(header);
        assertPresent(told);
        revision = Math.max(revision, told.getRevision());
        same.setField(
                header,
                told.toBuilder()
                        .clearClusterId()
                        .clearMemberId()
                        .clearRaftTerm()
                        .build());
        if (same instanceof LeaseTimeToLiveResponse.Builder lease && lease.getTTL() > 0) {
            lease.setTTL(1);
        }
        if (request instanceof RangeRequest range && range.getSortTargetValue() != 0) {
            inAnyOrder((RangeResponse.Builder) same);
        }
        return same.build().toString();
    }

    private static void assertPresent(ResponseHeader header) {
        if (header.getClusterId() == 0
                || header.getMemberId() == 0
                || header.getRevision() == 0
                || header.getRaftTerm() == 0) {
            throw new AssertionError("the header lacks something that clients look at: " + header);
        }
    }

    /** Equals may come in any order. */
    private static void inAnyOrder(RangeResponse.Builder response) {
        List<KeyValue> entries = new ArrayList<>(response.getKvsList());
        entries.sort(Comparator.comparing(KeyValue::getKey, ByteString.unsignedLexicographicalComparator()));
        response.clearKvs().addAllKvs(entries);
    }
}
