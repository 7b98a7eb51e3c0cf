package io.clustermesh.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeySpanTest {

    @Test
    void shouldCoverOnlyWhatLiesWithin() {
        KeySpan state = KeySpan.prefix("cilium/state/");

        assertThat(state.covers(KeySpan.prefix("cilium/state/nodes/"))).isTrue();
        assertThat(state.covers(KeySpan.key("cilium/state/x"))).isTrue();
        assertThat(state.covers(state)).isTrue();
        assertThat(state.covers(KeySpan.prefix("cilium/"))).isFalse();
        assertThat(state.covers(KeySpan.key("cilium/state"))).isFalse();
        assertThat(state.covers(KeySpan.key("cilium/state0"))).isFalse();
        assertThat(state.covers(KeySpan.of("cilium/state/a".getBytes(), new byte[] {0})))
                .as("open-ended")
                .isFalse();
    }

    @Test
    void shouldTakeTheEmptyPrefixForEverything() {
        KeySpan everything = KeySpan.prefix("");

        assertThat(everything.covers(KeySpan.of(new byte[] {0}, new byte[] {0})))
                .isTrue();
        assertThat(everything.covers(KeySpan.key("x"))).isTrue();
        assertThat(everything.isEmpty()).isFalse();
    }

    @Test
    void shouldKnowAnEmptyRange() {
        assertThat(KeySpan.of("b".getBytes(), "a".getBytes()).isEmpty()).isTrue();
        assertThat(KeySpan.of("a".getBytes(), "a".getBytes()).isEmpty()).isTrue();
        assertThat(KeySpan.key("a").isEmpty()).isFalse();
    }

    @Test
    void shouldReadWellInMessages() {
        assertThat(KeySpan.prefix("cilium/state/")).hasToString("cilium/state/*");
        assertThat(KeySpan.key("health")).hasToString("health");
        assertThat(KeySpan.of("a".getBytes(), "c".getBytes())).hasToString("[a, c)");
        assertThat(KeySpan.prefix("")).hasToString("*");
    }
}
