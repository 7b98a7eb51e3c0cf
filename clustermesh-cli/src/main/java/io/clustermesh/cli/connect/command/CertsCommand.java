package io.clustermesh.cli.connect.command;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.CertificateExpiry;
import io.clustermesh.certs.ClusterPki;
import io.clustermesh.cli.console.Context;
import io.clustermesh.cli.console.Table;
import io.clustermesh.cli.home.ClusterHome;
import io.clustermesh.cli.home.HomeOption;
import io.clustermesh.model.IpAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code certs}. */
@Command(
        name = "certs",
        description = {
            "Makes what certificates the clusters lack (a CA each, and leaves for all processes), renews leaves of",
            "which less than a third of their life is left, and lists all. What is good stays as it is."
        })
public final class CertsCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    private HomeOption home = new HomeOption();

    @Option(
            names = "--server-name",
            paramLabel = "NAME|IP",
            description = "One more name of the mesh-apiserver; that of its endpoint is there already.")
    private List<String> serverNames = new ArrayList<>();

    public CertsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Table table = new Table("CLUSTER", "FILE", "SUBJECT", "DAYS LEFT", "SHA-256");
        for (ClusterHome cluster : home.homes(context).homes()) {
            boolean first = !Files.exists(cluster.directory().resolve("pki").resolve("server.crt"));
            ClusterPki pki = first || !serverNames.isEmpty()
                    ? ClusterPki.issueAll(cluster.directory(), cluster.name(), names(cluster), context.clock())
                    : ClusterPki.open(cluster.directory(), cluster.name(), context.clock());
            pki.renewDue()
                    .forEach(leaf ->
                            context.console().progress("renewed %s of %s".formatted(leaf.file(), cluster.name())));
            for (CertificateExpiry expiry : pki.expiries()) {
                table.row(
                        cluster.name(),
                        cluster.directory().relativize(expiry.file()),
                        expiry.subject(),
                        expiry.left(context.clock().now()).toDays(),
                        expiry.fingerprint().hex().substring(0, 16));
            }
        }
        table.lines().forEach(context.console()::result);
        return 0;
    }

    private AlternativeNames names(ClusterHome cluster) {
        List<String> all = new ArrayList<>(serverNames);
        all.add(cluster.file().endpoint().getHost());
        List<String> dns = new ArrayList<>();
        List<IpAddress> ips = new ArrayList<>();
        for (String name : all) {
            try {
                ips.add(IpAddress.parse(name.replaceAll("[\\[\\]]", "")));
            } catch (IllegalArgumentException e) {
                dns.add(name);
            }
        }
        return new AlternativeNames(dns, ips);
    }
}
