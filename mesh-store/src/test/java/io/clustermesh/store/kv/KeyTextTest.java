package io.clustermesh.store.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void shouldLeaveTextAsItIs() {
        for (String text : new String[] {"cilium/state/nodes", "what?", "\u00e9/\ud83d\ude00", "", "\ufffd"}) {
            assertThat(KeyText.of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
            assertThat(KeyText.bytes(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldGiveBackBytesThatAreNoText() {
        Random random = new Random(20261121);
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[random.nextInt(8)];
            random.nextBytes(key);
            assertThat(KeyText.bytes(KeyText.of(key))).isEqualTo(key);
        }
    }
}
