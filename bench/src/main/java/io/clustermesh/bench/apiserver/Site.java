package io.clustermesh.bench.apiserver;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.certs.LeafName;
import io.clustermesh.cli.home.AtomicFiles;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshSize;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * A cluster's home and certificates, made as {@code clustermesh certs} makes them.
 *
 * @param home the folder
 * @param pki its certificates
 * @param port where its mesh-apiserver listens
 */
public record Site(ClusterHome home, ClusterPki pki, int port) {

    /** Makes the home of cluster {@code name} in {@code homes}. */
    public static Site make(Path homes, String name, int id, int port) {
        ClusterFile file = new ClusterFile(
                new ClusterName(name),
                new ClusterId(id),
                MeshSize.CLUSTERS_255,
                new ClusterFile.Blocks(
                        List.of(Cidr.parse("10.%d.0.0/16".formatted(id))),
                        List.of(Cidr.parse("198.18.%d.0/24".formatted(id)))),
                URI.create("https://127.0.0.1:" + port));
        Path directory = homes.resolve(name);
        AtomicFiles.write(directory.resolve(ClusterHome.FILE), file.yaml());
        directory.resolve("manifests").toFile().mkdirs();
        directory.resolve("peers").toFile().mkdirs();
        ClusterPki pki = ClusterPki.issueAll(directory, file.name(), AlternativeNames.LOOPBACK);
        return new Site(new ClusterHome(directory, file), pki, port);
    }

    public Path directory() {
        return home.directory();
    }

    /** CA, certificate and key of a leaf, as the load generator wants them. */
    String tls(LeafName leaf) {
        return "%s,%s,%s"
                .formatted(directory().resolve("pki").resolve("ca.crt"), pki.certificateFile(leaf), pki.keyFile(leaf));
    }
}
