/**
 * Connecting clusters of Kubernetes, and parting them.
 *
 * <p>To read a peer a cluster needs three things: where the peer is, the CA of its server, and a certificate that the peer
 * accepts. They stand in one Secret in Cilium's form. Between two of ours each shows its own certificate and trusts the
 * other's CA, fenced by the other's name; towards a Cilium, which knows one CA only, whoever is read gives the certificate.
 * So a connection is a list of edits of Secrets, which can be shown, exported, made, and taken back.
 *
 * <p>Where nobody may have both kubeconfigs, a join token carries one side's part to the other, and an answer carries the
 * rest back: the CA's signature binds the token, the token's key binds the answer, and each cluster remembers what was used.
 */
@NullMarked
package io.clustermesh.cli.kube.connect;

import org.jspecify.annotations.NullMarked;
