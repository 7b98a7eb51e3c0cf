package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityRangeTest {

    @ParameterizedTest
    @CsvSource({
        "3, 255, 196608, 262143",
        "1, 255, 65536, 131071",
        "255, 255, 16711680, 16777215",
        "3, 511, 98304, 131071",
        "511, 511, 16744448, 16777215"
    })
    void shouldFollowCiliumsLayout(int id, int mesh, int first, int last) {
        IdentityRange range = IdentityRange.of(new ClusterId(id), MeshSize.of(mesh));

        assertThat(range.first().value()).isEqualTo(first);
        assertThat(range.last().value()).isEqualTo(last);
        assertThat(range.contains(new NumericIdentity(first))).isTrue();
        assertThat(range.contains(new NumericIdentity(last))).isTrue();
        assertThat(range.contains(new NumericIdentity(first - 1))).isFalse();
        assertThat(range.contains(new NumericIdentity(last + 1))).isFalse();
    }

    @Test
    void shouldRefuseOtherMeshSizes() {
        assertThatIllegalArgumentException().isThrownBy(() -> MeshSize.of(256)).withMessageContaining("255 or 511");
    }

    @Test
    void shouldKnowTheReservedIdentities() {
        assertThat(new NumericIdentity(255).isReserved()).isTrue();
        assertThat(new NumericIdentity(256).isReserved()).isFalse();
    }
}
