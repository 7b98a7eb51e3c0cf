package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "west", "eu-central-1", "a--b", "abcdefghijklmnopqrstuvwxyz012345"})
    void shouldAcceptNamesThatCiliumAccepts(String name) {
        assertThat(new ClusterName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "West", "a_b", "a.b", "a/b", "a\n", "ü"})
    void shouldRefuseOtherCharacters(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterName(name))
                .withMessageContaining("breaks the rule");
    }

    @Test
    void shouldRefuseLongNamesAndTheReservedOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterName("x".repeat(33)))
                .withMessageContaining("at most 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterName("default"))
                .withMessageContaining("reserved");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 512})
    void shouldRefuseIdsOutsideTheRange(int id) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterId(id))
                .withMessageContaining("outside 1..511");
    }
}
