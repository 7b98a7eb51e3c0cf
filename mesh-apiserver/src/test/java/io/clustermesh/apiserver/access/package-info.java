@NullMarked
package io.clustermesh.apiserver.access;

import org.jspecify.annotations.NullMarked;
