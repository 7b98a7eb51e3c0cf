package io.clustermesh.apiserver.events;

/**
 * Something that a person should look at.
 *
 * @param subject the object: {@code Service shop/cart}, {@code peer east}, {@code file shop.yaml}
 * @param reason one word in CamelCase, from a small set, to search for
 * @param message rule, value seen and remedy, in a sentence
 */
public record Warning(String subject, String reason, String message) {}
