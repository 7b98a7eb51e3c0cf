/** The commands that make and join clusters: {@code certs}, {@code connect}, {@code disconnect}. */
@NullMarked
package io.clustermesh.cli.connect.command;

import org.jspecify.annotations.NullMarked;
