@NullMarked
package io.clustermesh.cli.gather;

import org.jspecify.annotations.NullMarked;
