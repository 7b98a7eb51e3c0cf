/** Tests of the admin API over a real socket. */
@NullMarked
package io.clustermesh.store.admin;

import org.jspecify.annotations.NullMarked;
