@NullMarked
package io.clustermesh.apiserver.drain;

import org.jspecify.annotations.NullMarked;
