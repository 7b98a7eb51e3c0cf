package io.clustermesh.cli.kube.connect;

import io.clustermesh.certs.AlternativeNames;
import io.clustermesh.certs.ClusterCa;
import io.clustermesh.certs.Leaf;
import io.clustermesh.certs.LeafRequest;
import io.clustermesh.certs.PemFiles;
import io.clustermesh.cli.connect.ConnectChecks;
import io.clustermesh.cli.console.CommandFailed;
import io.clustermesh.cli.home.ClusterFile;
import io.clustermesh.cli.kube.KubeSite;
import io.clustermesh.cli.kube.Names;
import io.clustermesh.cli.kube.SecretState;
import io.clustermesh.cli.kube.install.Pki;
import io.clustermesh.model.IpAddress;
import io.clustermesh.store.runtime.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * A cluster that "enable" made.
 *
 * @param site its objects
 * @param file who it is
 * @param clock what certificates are judged by
 */
record OurMember(KubeSite site, ClusterFile file, Clock clock) implements Member {

    @Override
    public String caPem() {
        return PemFiles.pem(ca().certificate());
    }

    /** Its CA, with the key. */
    ClusterCa ca() {
        return new Pki(site, clock).ca().orElseThrow(() -> missing(Names.CA));
    }

    @Override
    public List<String> peerSecrets() {
        return List.of(Names.PEERS);
    }

    /** One of ours shows its own certificate, and is trusted by its CA; a Cilium gets one from us. */
    @Override
    public Credential credentialFor(Member reader) {
        return switch (reader) {
            case OurMember ours -> ours.remote();
            case CiliumMember cilium -> issued(cilium);
        };
    }

    /** What its own mirror shows peers. */
    Credential remote() {
        SecretState secret = site.secret(Names.REMOTE_CERT).orElseThrow(() -> missing(Names.REMOTE_CERT));
        return new Credential(secret.require("tls.crt"), secret.require("tls.key"));
    }

    /** What the Cilium has of us already, if that is still good; else a new one. */
    private Credential issued(CiliumMember reader) {
        LeafRequest request = LeafRequest.client("remote-" + reader.name());
        return reader.credentialOf(name())
                .filter(known -> ca().vouchesFor(
                                PemFiles.parseCertificates(known.certificatePem(), "Secret of " + reader.name())
                                        .getFirst(),
                                request))
                .filter(known -> known.isFresh(clock))
                .orElseGet(() -> {
                    Leaf leaf = ca().issue(request);
                    return new Credential(PemFiles.pem(leaf.certificate()), PemFiles.pem(leaf.key()));
                });
    }

    @Override
    public List<ConnectChecks.Objection> objections() {
        List<ConnectChecks.Objection> found = new ArrayList<>();
        String again = "clustermesh enable%s --endpoint https://HOST:PORT"
                .formatted(site.target().options());
        String host = file.endpoint().getHost().replaceAll("[\\[\\]]", "");
        if (host.endsWith(".svc")) {
            found.add(new ConnectChecks.Objection(
                    "\"%s\" has no address outside of its cluster (%s)".formatted(file.name(), file.endpoint()),
                    again + ", or without --endpoint once its Service has an address"));
            return found;
        }
        SecretState server = site.secret(Names.SERVER_CERT).orElseThrow(() -> missing(Names.SERVER_CERT));
        AlternativeNames names =
                AlternativeNames.of(PemFiles.parseCertificates(server.require("tls.crt"), "Secret " + server.name())
                        .getFirst());
        if (!isNamed(names, host)) {
            found.add(new ConnectChecks.Objection(
                    "the certificate of \"%s\" does not name %s, where peers would connect to"
                            .formatted(file.name(), host),
                    again));
        }
        return found;
    }

    private static boolean isNamed(AlternativeNames names, String host) {
        try {
            return names.ips().contains(IpAddress.parse(host));
        } catch (IllegalArgumentException e) {
            return names.dns().stream()
                    .anyMatch(name -> name.equals(host)
                            || (name.startsWith("*.")
                                    && host.substring(host.indexOf('.') + 1).equals(name.substring(2))));
        }
    }

    private CommandFailed missing(String secret) {
        return new CommandFailed(
                "cluster \"%s\" has no Secret %s/%s".formatted(file.name(), site.namespace(), secret),
                "clustermesh enable" + site.target().options());
    }
}
