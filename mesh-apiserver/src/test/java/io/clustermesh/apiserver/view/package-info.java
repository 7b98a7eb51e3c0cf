/** Tests of the admin API's resources over a real socket, on a kvstore in memory. */
@NullMarked
package io.clustermesh.apiserver.view;

import org.jspecify.annotations.NullMarked;
