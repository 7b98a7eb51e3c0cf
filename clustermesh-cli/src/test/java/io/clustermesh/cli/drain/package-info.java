@NullMarked
package io.clustermesh.cli.drain;

import org.jspecify.annotations.NullMarked;
