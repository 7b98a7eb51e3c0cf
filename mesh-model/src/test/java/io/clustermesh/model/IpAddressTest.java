package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    /** The cases of RFC 5952, sections 4.1 to 4.3, and a few more. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::ABCD, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "fd10:3:1:0:0:0:0:0, fd10:3:1::",
        "1:0:0:4:5:6:7:8, 1::4:5:6:7:8",
        "::ffff:10.1.2.3, 10.1.2.3",
        "192.0.2.255, 192.0.2.255"
    })
    void shouldWriteTheCanonicalText(String text, String canonical) {
        IpAddress address = IpAddress.parse(text);

        assertThat(address).hasToString(canonical);
        assertThat(IpAddress.parse(canonical)).isEqualTo(address);
        assertThat(IpAddress.of(address.bytes())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.1.2",
                "10.1.2.256",
                "10.01.2.3",
                "10..2.3",
                "10.1.2.3.",
                "1.2.3.4.5",
                "fe80::1%eth0",
                "1::2::3",
                ":",
                "10.1.2.3/8"
            })
    void shouldRefuseWhatIsNoLiteral(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.parse(text))
                .withMessageContaining("is no IP address");
    }

    @Test
    void shouldMapIpv4IntoSixteenBytes() {
        assertThat(IpAddress.parse("10.1.2.3").mappedBytes())
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3);
    }

    @Test
    void shouldSortByFamilyThenNumber() {
        assertThat(Stream.of("fd00::1", "200.0.0.1", "::1", "10.0.0.1")
                        .map(IpAddress::parse)
                        .sorted())
                .extracting(IpAddress::toString)
                .containsExactly("10.0.0.1", "200.0.0.1", "::1", "fd00::1");
    }
}
