@NullMarked
package io.clustermesh.apiserver.h2;

import org.jspecify.annotations.NullMarked;
