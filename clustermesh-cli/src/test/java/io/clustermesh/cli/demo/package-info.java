/** Tests of the demo's judgement. */
@NullMarked
package io.clustermesh.cli.demo;

import org.jspecify.annotations.NullMarked;
