package io.clustermesh.bench.fleet;

import com.google.protobuf.ByteString;
import io.clustermesh.store.etcd.pb.Event;
import io.clustermesh.store.etcd.pb.KVGrpc;
import io.clustermesh.store.etcd.pb.RangeRequest;
import io.clustermesh.store.etcd.pb.RangeResponse;
import io.clustermesh.store.etcd.pb.WatchCreateRequest;
import io.clustermesh.store.etcd.pb.WatchGrpc;
import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** The etcd v3 API of one simulated peer, as far as a mirror asks. All calls come on the fleet's event loop. */
final class PeerService {

    private static final ByteString EVERYTHING_FROM = ByteString.copyFrom(new byte[1]);

    private final PeerStore store;

    PeerService(PeerStore store) {
        this.store = store;
    }

    KVGrpc.KVImplBase ranges() {
        return new KVGrpc.KVImplBase() {
            @Override
            public void range(RangeRequest request, StreamObserver<RangeResponse> answers) {
                answers.onNext(store.range(request));
                answers.onCompleted();
            }
        };
    }

    WatchGrpc.WatchImplBase watches() {
        return new WatchGrpc.WatchImplBase() {
            @Override
            public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
                return new Watches(answers);
            }
        };
    }

    /** One stream. */
    private final class Watches implements StreamObserver<WatchRequest> {

        private final StreamObserver<WatchResponse> answers;
        private final List<Runnable> ends = new ArrayList<>();

        Watches(StreamObserver<WatchResponse> answers) {
            this.answers = answers;
        }

        @Override
        public void onNext(WatchRequest request) {
            if (request.hasCreateRequest()) {
                create(request.getCreateRequest());
            } else if (request.hasProgressRequest()) {
                answers.onNext(answer(-1).build());
            }
        }

        private void create(WatchCreateRequest request) {
            int id = ends.size();
            answers.onNext(answer(id).setCreated(true).build());
            long now = store.header().getRevision();
            long from = request.getStartRevision() == 0 ? now + 1 : request.getStartRevision();
            ends.add(store.watch(from, event -> {
                if (concerns(event, request)) {
                    answers.onNext(answer(id).addEvents(event).build());
                }
            }));
        }

        private WatchResponse.Builder answer(long watchId) {
            return WatchResponse.newBuilder().setHeader(store.header()).setWatchId(watchId);
        }

        @Override
        public void onError(Throwable cancelled) {
            ends.forEach(Runnable::run);
        }

        @Override
        public void onCompleted() {
            ends.forEach(Runnable::run);
            answers.onCompleted();
        }
    }

    private static boolean concerns(Event event, WatchCreateRequest request) {
        ByteString key = event.getKv().getKey();
        if (request.getRangeEnd().isEmpty()) {
            return key.equals(request.getKey());
        }
        var order = ByteString.unsignedLexicographicalComparator();
        return order.compare(key, request.getKey()) >= 0
                && (request.getRangeEnd().equals(EVERYTHING_FROM) || order.compare(key, request.getRangeEnd()) < 0);
    }
}
