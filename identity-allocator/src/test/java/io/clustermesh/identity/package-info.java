/** Tests of the allocator: step by step against a store in memory, and as a process against etcd. */
@NullMarked
package io.clustermesh.identity;

import org.jspecify.annotations.NullMarked;
