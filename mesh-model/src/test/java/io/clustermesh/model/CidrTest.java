package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.1.255.255, true",
        "10.1.0.0/16, 10.2.0.0, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "10.1.2.3/32, 10.1.2.3, true",
        "10.1.2.4/30, 10.1.2.8, false",
        "fd10:3:1::/64, fd10:3:1::ffff, true",
        "fd10:3:1::/64, fd10:3:1:1::, false"
    })
    void shouldTellWhatItContains(String cidr, String address, boolean contained) {
        assertThat(Cidr.parse(cidr).contains(IpAddress.parse(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.1.2.0/24, true",
        "10.1.2.0/24, 10.1.0.0/16, true",
        "10.1.2.0/24, 10.1.3.0/24, false",
        "::/0, 10.0.0.0/8, false"
    })
    void shouldTellWhetherBlocksOverlap(String one, String other, boolean overlap) {
        assertThat(Cidr.parse(one).overlaps(Cidr.parse(other))).isEqualTo(overlap);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3/24", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "fd00::/129", "10.0.0.0/x", "x/8"})
    void shouldRefuseWhatIsNoBlock(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @Test
    void shouldFindTheBlockOfAnAddress() {
        assertThat(Cidr.containing(IpAddress.parse("10.1.2.3"), 20)).hasToString("10.1.0.0/20");
        assertThat(Cidr.containing(IpAddress.parse("fd10:3:1::15"), 64)).hasToString("fd10:3:1::/64");
    }
}
