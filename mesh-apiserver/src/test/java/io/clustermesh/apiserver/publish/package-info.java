/** How objects become keys. */
@NullMarked
package io.clustermesh.apiserver.publish;

import org.jspecify.annotations.NullMarked;
