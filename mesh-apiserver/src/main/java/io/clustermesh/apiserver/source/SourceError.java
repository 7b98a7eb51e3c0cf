package io.clustermesh.apiserver.source;

/**
 * Something in a source that is not as it should be. What was known before of the file goes on being published.
 *
 * @param file the file's name
 * @param place which document of it, counted from 1, and which item if it is a list; empty if the file as a whole
 * @param object kind and name, as far as they could be read; may be empty
 * @param rule the rule that is broken, with the value seen
 * @param remedy what to do about it
 */
public record SourceError(String file, String place, String object, String rule, String remedy) {

    /** All of it in one line. */
    public String message() {
        StringBuilder text = new StringBuilder(file);
        if (!place.isEmpty()) {
            text.append(", ").append(place);
        }
        if (!object.isEmpty()) {
            text.append(", ").append(object);
        }
        return text.append(": ").append(rule).append("; ").append(remedy).toString();
    }
}
