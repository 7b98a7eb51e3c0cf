/** What happens when the kernel says no. */
@NullMarked
package io.clustermesh.bpf.libbpf;

import org.jspecify.annotations.NullMarked;
