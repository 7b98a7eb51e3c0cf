package io.clustermesh.cli.kube.install;

import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.ConnectionFiles;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who a cluster is going to be: what was asked for, else what it is, else what it says itself. All mistakes at once. */
final class Identities {

    private final KubeSite site;

    Identities(KubeSite site) {
        this.site = site;
    }

    /** The cluster's file, with an endpoint that only its own pods can reach; the real one comes with the Service. */
    ClusterFile decide(Wishes.Identity wished) {
        Optional<ClusterFile> before = site.clusterFile();
        List<String> mistakes = new ArrayList<>();
        Optional<ClusterName> name = wished.name()
                .flatMap(text -> checked(() -> new ClusterName(text), mistakes))
                .or(() -> before.map(ClusterFile::name));
        Optional<ClusterId> id = wished.id()
                .flatMap(number -> checked(() -> new ClusterId(number), mistakes))
                .or(() -> before.map(ClusterFile::id));
        Optional<MeshSize> size = wished.meshSize()
                .flatMap(number -> checked(() -> MeshSize.of(number), mistakes))
                .or(() -> before.map(ClusterFile::meshSize))
                .or(() -> Optional.of(MeshSize.CLUSTERS_255));
        List<Cidr> pods =
                blocks(wished.podCidrs(), before.map(it -> it.blocks().pods()), () -> Detection.podCidrs(site));
        List<Cidr> services = blocks(
                wished.serviceCidrs(), before.map(it -> it.blocks().services()), () -> Detection.serviceCidrs(site));
        if (name.isEmpty() && wished.name().isEmpty()) {
            mistakes.add("the cluster has no name; give one with --cluster-name");
        }
        if (id.isEmpty() && wished.id().isEmpty()) {
            mistakes.add(
                    "the cluster has no id; give one with --cluster-id, 1 to 255, that no cluster of the mesh has");
        }
        if (pods.isEmpty()) {
            mistakes.add("the pods' address blocks can't be found out; give them with --pod-cidr");
        }
        id.flatMap(it -> tooLarge(it, size)).ifPresent(mistakes::add);
        overlaps(pods, services, mistakes);
        before.ifPresent(it -> change(it, name, id, mistakes));
        if (!mistakes.isEmpty() || name.isEmpty() || id.isEmpty() || size.isEmpty()) {
            throw new CommandFailed(
                    "%s can't be enabled:\n%s".formatted(site.target().title(), String.join("\n", mistakes)),
                    "correct them and run \"clustermesh enable\" again; nothing was changed");
        }
        return new ClusterFile(
                name.get(),
                id.get(),
                size.get(),
                new ClusterFile.Blocks(pods, services),
                before.map(ClusterFile::endpoint).orElseGet(this::inside));
    }

    /** What pods of the cluster itself reach. */
    URI inside() {
        return URI.create("https://%s.%s.svc:%d".formatted(Names.APISERVER, site.namespace(), Names.ETCD_PORT));
    }

    private interface Making<T> {
        T make();
    }

    private static <T> Optional<T> checked(Making<T> making, List<String> mistakes) {
        try {
            return Optional.of(making.make());
        } catch (IllegalArgumentException e) {
            mistakes.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static List<Cidr> blocks(List<Cidr> wished, Optional<List<Cidr>> before, Making<List<Cidr>> found) {
        return wished.isEmpty() ? before.filter(it -> !it.isEmpty()).orElseGet(found::make) : wished;
    }

    private static Optional<String> tooLarge(ClusterId id, Optional<MeshSize> size) {
        return size.filter(it -> id.value() > it.maxClusters())
                .map(it ->
                        "id %s is beyond a mesh of %d clusters; take a smaller one, or --mesh-size 511 in all clusters"
                                .formatted(id, it.maxClusters()));
    }

    private static void overlaps(List<Cidr> pods, List<Cidr> services, List<String> mistakes) {
        for (Cidr pod : pods) {
            services.stream()
                    .filter(pod::overlaps)
                    .forEach(service ->
                            mistakes.add("pod CIDR %s overlaps service CIDR %s; an address must be one or the other"
                                    .formatted(pod, service)));
        }
    }

    /** A name or an id is in every peer's records: it may only change while there are no peers. */
    private void change(ClusterFile before, Optional<ClusterName> name, Optional<ClusterId> id, List<String> mistakes) {
        boolean renamed = name.filter(it -> !it.equals(before.name())).isPresent();
        boolean renumbered = id.filter(it -> !it.equals(before.id())).isPresent();
        if (renamed) {
            mistakes.add(
                    "the cluster is \"%s\" already, which its certificates say too; to rename it, \"clustermesh disable\" it first"
                            .formatted(before.name()));
        }
        List<String> peers =
                site.secret(Names.PEERS).map(ConnectionFiles::peers).orElse(List.of());
        if (renumbered && !peers.isEmpty()) {
            mistakes.add("the cluster has the id %s and the peers %s; disconnect them before it gets another"
                    .formatted(before.id(), peers));
        }
    }
}
