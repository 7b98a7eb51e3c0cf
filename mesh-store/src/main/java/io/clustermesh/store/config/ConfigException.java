package io.clustermesh.store.config;

import java.nio.file.Path;
import java.util.List;

/** A configuration file can't be used. The message lists every mistake, one a line. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    ConfigException(Path file, List<Mistake> mistakes) {
        super(message(file, mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** What is wrong, in the order in which the settings were read. */
    public List<Mistake> mistakes() {
        return mistakes;
    }

    private static String message(Path file, List<Mistake> mistakes) {
        StringBuilder text = new StringBuilder(
                "%s has %d %s:".formatted(file, mistakes.size(), mistakes.size() == 1 ? "mistake" : "mistakes"));
        mistakes.forEach(
                mistake -> text.append(System.lineSeparator()).append("  ").append(mistake));
        return text.toString();
    }
}
