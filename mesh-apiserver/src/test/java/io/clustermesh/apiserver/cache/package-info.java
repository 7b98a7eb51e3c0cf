@NullMarked
package io.clustermesh.apiserver.cache;

import org.jspecify.annotations.NullMarked;
