/**
 * The bench of mesh-apiserver against etcd, and against {@code etcdctl make-mirror}.
 *
 * <p>What makes such figures wrong, and what is done about it: a watch server looks fast if it may drop or delay, so the
 * put stream waits until every watcher has everything; coalescing wins only where there is a backlog, so it is also
 * measured without; TLS is slow in the packaged etcd 3.4 for a reason of its own (its front end), so our TLS is compared with
 * its plaintext, and its TLS is quoted beside; mesh-apiserver does not store anything itself, so its figures are given
 * with and without the etcd behind it.
 */
@NullMarked
package io.clustermesh.bench.apiserver;

import org.jspecify.annotations.NullMarked;
