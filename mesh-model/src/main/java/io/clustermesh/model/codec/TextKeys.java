package io.clustermesh.model.codec;

import java.util.LinkedHashMap;
import java.util.Map;

/** Maps keyed by a value with a text form, keyed by that text. */
final class TextKeys {

    private TextKeys() {}

    static <V> Map<String, V> of(Map<?, V> map) {
        Map<String, V> byText = new LinkedHashMap<>();
        map.forEach((key, value) -> byText.put(String.valueOf(key), value));
        return byText;
    }
}
