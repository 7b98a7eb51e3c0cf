package io.clustermesh.cli.console;

import io.clustermesh.store.runtime.Clock;
import java.nio.file.Path;

/**
 * What every command is given.
 *
 * @param console where it speaks
 * @param clock the time
 * @param rigs the folder with the state of rigs, for example {@code /run/clustermesh}
 */
public record Context(Console console, Clock clock, Path rigs) {}
