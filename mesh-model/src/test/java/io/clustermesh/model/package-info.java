/** Tests of the rules that the words of the mesh hold themselves to. */
@NullMarked
package io.clustermesh.model;

import org.jspecify.annotations.NullMarked;
