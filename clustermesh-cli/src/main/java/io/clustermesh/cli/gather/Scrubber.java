package io.clustermesh.cli.gather;

import java.util.regex.Pattern;

/** Takes secrets out of any text. Pure. */
final class Scrubber {

    private static final String GONE = "[scrubbed]";

    private static final Pattern PEM_KEY = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.*?(-----END \\1PRIVATE KEY-----|\\z)", Pattern.DOTALL);

    /** A PEM key in Base64, as a Secret's data has it: "-----BEGIN" at any of the three alignments of its first byte. */
    private static final Pattern ENCODED_PEM =
            Pattern.compile("(?:LS0tLS1CRUdJTi|0tLS0tQkVHSU4g|tLS0tLUJFR0lOI)[A-Za-z0-9+/=]{40,}");

    /** Three parts of Base64 with dots between: a JSON web token. */
    private static final Pattern WEB_TOKEN =
            Pattern.compile("eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}");

    private static final Pattern JOIN_TOKEN = Pattern.compile("clustermesh-join-1\\.[A-Za-z0-9_.-]+");

    /** Begins with a fixed word, so that a long text without one costs one look at each character. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)((?:password|passwd|secret[_-]?key|bearer|token)\"?[ \\t]*[:=][ \\t]*\"?)(?!\\[scrubbed])[^\\s\"',}{]{6,}");

    private Scrubber() {}

    static String scrub(String text) {
        String scrubbed = PEM_KEY.matcher(text).replaceAll(GONE);
        scrubbed = ENCODED_PEM.matcher(scrubbed).replaceAll(GONE);
        scrubbed = WEB_TOKEN.matcher(scrubbed).replaceAll(GONE);
        scrubbed = JOIN_TOKEN.matcher(scrubbed).replaceAll(GONE);
        return NAMED.matcher(scrubbed).replaceAll("$1" + GONE);
    }
}
