/** Which files hold a process's certificate, key and trust; read again when they change. */
@NullMarked
package io.clustermesh.store.tls;

import org.jspecify.annotations.NullMarked;
