/**
 * A process's configuration: one YAML file, read once, with every mistake reported at once.
 *
 * <p>A person who starts a process should see all that is wrong with its file the first time, each mistake with the
 * key, the rule that it breaks and the remedy. So a getter of {@link io.clustermesh.store.config.Settings} never throws:
 * it notes the mistake and answers with a stand-in, and {@code done()} refuses the lot.
 */
@NullMarked
package io.clustermesh.store.config;

import org.jspecify.annotations.NullMarked;
