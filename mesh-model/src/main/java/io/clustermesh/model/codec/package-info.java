/**
 * The bytes behind the records: Cilium's JSON, written exactly and read tolerantly.
 *
 * <p>A writer emits what every Cilium from 1.16 on understands; a reader accepts both CIDR forms, unknown keys and
 * missing keys, and never trusts a length. Decoding streams and binds nothing by reflection.
 */
@NullMarked
package io.clustermesh.model.codec;

import org.jspecify.annotations.NullMarked;
