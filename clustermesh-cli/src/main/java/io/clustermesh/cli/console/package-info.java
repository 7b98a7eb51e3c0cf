/**
 * How the commands speak: results on stdout, progress and errors on stderr, colour only for people.
 *
 * <p>A tool that is read by people and by scripts keeps the two apart. What was asked for goes to stdout and nothing
 * else does, so that {@code -o json | jq} works; what happens meanwhile goes to stderr. A failure says what went wrong,
 * why, and the one command to try next.
 */
@NullMarked
package io.clustermesh.cli.console;

import org.jspecify.annotations.NullMarked;
