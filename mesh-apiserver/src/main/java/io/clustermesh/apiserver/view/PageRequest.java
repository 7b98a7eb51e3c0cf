package io.clustermesh.apiserver.view;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which part of a long list is wanted.
 *
 * @param limit rows at most
 * @param after where the page before ended
 */
record PageRequest(int limit, Optional<Token> after) {

    /** The query parameters of every list. */
    static final Set<String> PARAMETERS = Set.of("limit", "continue");

    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;

    /**
     * What {@code continue} carries.
     *
     * @param revision the one that the first page was read at
     * @param place the last place of the page before
     */
    record Token(long revision, String place) {

        String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((revision + " " + place).getBytes(StandardCharsets.UTF_8));
        }

        static Token parse(String text) {
            try {
                String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                int space = plain.indexOf(' ');
                long revision = Long.parseLong(plain.substring(0, Math.max(space, 0)));
                if (revision > 0) {
                    return new Token(revision, plain.substring(space + 1));
                }
            } catch (IllegalArgumentException e) {
                // falls through: one message for all that can be wrong with it
            }
            throw new IllegalArgumentException(
                    "continue=%s is no token of this API; pass on what the page before said, or leave it out"
                            .formatted(text));
        }
    }

    /** @throws IllegalArgumentException naming the parameter, the rule and what to write */
    static PageRequest of(Map<String, String> parameters) {
        return new PageRequest(
                limit(parameters.get("limit")),
                Optional.ofNullable(parameters.get("continue"))
                        .filter(text -> !text.isEmpty())
                        .map(Token::parse));
    }

    private static int limit(@org.jspecify.annotations.Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (text.matches("[0-9]{1,6}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        }
        throw new IllegalArgumentException("limit=%s is no whole number of 1..%d; write limit=%d, and follow continue"
                .formatted(text, MAX_LIMIT, DEFAULT_LIMIT));
    }
}
