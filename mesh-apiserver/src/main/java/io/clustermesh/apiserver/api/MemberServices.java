package io.clustermesh.apiserver.api;

import io.clustermesh.apiserver.cache.View;
import io.clustermesh.apiserver.cache.WatchCache;
import io.clustermesh.store.etcd.pb.ClusterGrpc;
import io.clustermesh.store.etcd.pb.MaintenanceGrpc;
import io.clustermesh.store.etcd.pb.Member;
import io.clustermesh.store.etcd.pb.MemberListRequest;
import io.clustermesh.store.etcd.pb.MemberListResponse;
import io.clustermesh.store.etcd.pb.StatusRequest;
import io.clustermesh.store.etcd.pb.StatusResponse;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;

/** What clients ask before they trust a server: {@code Cluster.MemberList} and {@code Maintenance.Status}. */
final class MemberServices {

    /** The level of etcd's API that is served; clients refuse what is older than 3.1. */
    static final String API_LEVEL = "3.4.0";

    private final WatchCache cache;
    private final Headers headers;
    private final String name;
    private final String url;

    /**
     * @param name of this server
     * @param url where clients reach it
     */
    MemberServices(WatchCache cache, Headers headers, String name, String url) {
        this.cache = cache;
        this.headers = headers;
        this.name = name;
        this.url = url;
    }

    /** @param passage for the upkeep that only etcd can do */
    List<ServerServiceDefinition> all(Passage passage) {
        return List.of(new ClusterService().bindService(), maintenance(passage));
    }

    private ServerServiceDefinition maintenance(Passage passage) {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(MaintenanceGrpc.SERVICE_NAME)
                .addMethod(MaintenanceGrpc.getStatusMethod(), ServerCalls.asyncUnaryCall(this::status));
        for (String call : List.of("Alarm", "Defragment", "Hash", "HashKV")) {
            passage.add(service, MaintenanceGrpc.SERVICE_NAME, call, MethodType.UNARY);
        }
        passage.add(service, MaintenanceGrpc.SERVICE_NAME, "Snapshot", MethodType.SERVER_STREAMING);
        return service.build();
    }

    private <T> Optional<View> viewOrRefuse(StreamObserver<T> answer) {
        Optional<View> view = cache.view();
        if (view.isEmpty()) {
            answer.onError(EtcdErrors.notReady());
        }
        return view;
    }

    private final class ClusterService extends ClusterGrpc.ClusterImplBase {
        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> answer) {
            viewOrRefuse(answer).ifPresent(view -> {
                answer.onNext(MemberListResponse.newBuilder()
                        .setHeader(headers.of(view))
                        .addMembers(Member.newBuilder()
                                .setID(headers.memberId())
                                .setName(name)
                                .addPeerURLs(url)
                                .addClientURLs(url))
                        .build());
                answer.onCompleted();
            });
        }
    }

    private void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
        viewOrRefuse(answer).ifPresent(view -> {
            answer.onNext(StatusResponse.newBuilder()
                    .setHeader(headers.of(view))
                    .setVersion(API_LEVEL)
                    .setLeader(headers.memberId())
                    .setRaftIndex(view.revision())
                    .setRaftAppliedIndex(view.revision())
                    .setRaftTerm(Headers.TERM)
                    .setDbSize(view.bytes())
                    .setDbSizeInUse(view.bytes())
                    .build());
            answer.onCompleted();
        });
    }
}
