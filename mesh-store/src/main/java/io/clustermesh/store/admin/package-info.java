/**
 * What a process tells about itself, on a unix socket that only its own user can open.
 *
 * <p>{@code /healthz}, {@code /readyz} and {@code /metrics} are the same everywhere; the views below {@code /v1/} are
 * the process's own structures as JSON, the one truth behind status, metrics and pages. A unix socket needs no port, no
 * certificate and no password: the file's mode is the access rule.
 */
@NullMarked
package io.clustermesh.store.admin;

import org.jspecify.annotations.NullMarked;
