package io.clustermesh.apiserver;

import io.clustermesh.apiserver.api.ApiStatus;
import io.clustermesh.apiserver.cache.FeedStatus;
import io.clustermesh.apiserver.mirror.MirrorStatus;
import io.clustermesh.apiserver.publish.PublisherStatus;
import io.clustermesh.apiserver.sink.SinkStatus;
import io.clustermesh.apiserver.source.SourceStatus;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code /v1/status} shows: the whole process in one structure.
 *
 * @param replica which of the cluster's replicas answers
 * @param cluster who we are
 * @param ready others may rely on us
 * @param source where the objects come from
 * @param sink what is written back there; only to a Kubernetes API
 * @param publisher what we say of ourselves
 * @param cache what we serve
 * @param api whom we serve
 * @param peers whom we mirror
 * @param peerErrors connection files that can't be used and why, by file name
 */
record StatusView(
        String replica,
        Cluster cluster,
        boolean ready,
        SourceStatus source,
        Optional<SinkStatus> sink,
        PublisherStatus publisher,
        Cache cache,
        ApiStatus api,
        List<MirrorStatus> peers,
        Map<String, String> peerErrors) {

    /**
     * @param endpoint where peers find us
     * @param podCidrs what our pods' addresses come from
     */
    record Cluster(ClusterName name, ClusterId id, int meshSize, String endpoint, List<Cidr> podCidrs) {}

    /**
     * @param feed its connection to etcd
     * @param revision etcd's revision that it shows, 0 before the first listing
     * @param keys keys in it
     */
    record Cache(FeedStatus feed, long revision, int keys) {}
}
