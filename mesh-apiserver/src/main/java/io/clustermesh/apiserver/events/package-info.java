/**
 * What a person should know and no program can mend: an annotation with an unknown value, two pods with one address, a
 * peer that says what it may not.
 *
 * <p>Each becomes one event, logged once, counted when it comes again, and kept in a bounded list that the admin API
 * shows. Nothing waits for an event and nothing is decided by one.
 */
@NullMarked
package io.clustermesh.apiserver.events;

import org.jspecify.annotations.NullMarked;
