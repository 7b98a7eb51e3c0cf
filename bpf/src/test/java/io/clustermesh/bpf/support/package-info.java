/** What is told about a machine. */
@NullMarked
package io.clustermesh.bpf.support;

import org.jspecify.annotations.NullMarked;
