@NullMarked
package io.clustermesh.apiserver.api;

import org.jspecify.annotations.NullMarked;
