/** Golden texts of Cilium's JSON, round trips, and garbage. */
@NullMarked
package io.clustermesh.model.codec;

import org.jspecify.annotations.NullMarked;
