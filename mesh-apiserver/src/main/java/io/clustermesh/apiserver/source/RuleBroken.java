package io.clustermesh.apiserver.source;

/** An object breaks a rule; caught where the file is known and turned into a {@link SourceError}. */
final class RuleBroken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param rule field, rule and value seen
     * @param remedy what to do about it
     */
    RuleBroken(String rule, String remedy) {
        super(rule, null, false, false);
        this.remedy = remedy;
    }

    String rule() {
        return String.valueOf(getMessage());
    }

    String remedy() {
        return remedy;
    }
}
