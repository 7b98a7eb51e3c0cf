/** Contract of the tables, the model of the choice, and both against the kernel. */
@NullMarked
package io.clustermesh.bpf.maps;

import org.jspecify.annotations.NullMarked;
