package io.clustermesh.store.config;

/**
 * One thing that is wrong with a configuration file.
 *
 * @param key dotted path of the setting, empty for the file as a whole
 * @param rule what is wrong, with the value seen
 * @param remedy what to do about it
 */
public record Mistake(String key, String rule, String remedy) {

    @Override
    public String toString() {
        return (key.isEmpty() ? "" : key + " ") + rule + "; " + remedy;
    }
}
