/**
 * The Kubernetes API as a source.
 *
 * <p>Every kind of object has a loop of its own: it lists the kind in pages, then watches it from the list's resource
 * version, and goes back to the list when the API server has forgotten that version (410 Gone). What is read is cut down
 * to the fields that the mesh uses while it comes in, so that neither a page nor a pod's whole specification is ever held,
 * and goes through the parser of manifests: a cluster and a folder can't be understood differently. Of each object one
 * small record is kept, the very one that the publisher holds, to tell after a new list what went meanwhile.
 *
 * <p>A kind that may not be read, or whose definition (CRD) is not there, does not hold up the others. fabric8 brings
 * the connection: addresses, TLS, tokens and their renewal; lists and watches are read here, because its informers keep
 * objects whole.
 */
@NullMarked
package io.clustermesh.apiserver.source.kubernetes;

import org.jspecify.annotations.NullMarked;
