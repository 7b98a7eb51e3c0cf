@NullMarked
package io.clustermesh.nodesync.ipcache;

import org.jspecify.annotations.NullMarked;
