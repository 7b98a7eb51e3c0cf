package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Cidr;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimsTest {

    private final Claims<String, String> claims = new Claims<>();
    private final CidrClaims cidrs = new CidrClaims();

    @Test
    void shouldKeepTheFirstOwnerAndLetOthersWaitInOrder() {
        claims.claim("one", List.of("ip"));
        claims.claim("two", List.of("ip"));
        claims.claim("three", List.of("ip"));
        assertThat(claims.owner("ip")).contains("one");
        assertThat(claims.waiting("ip")).containsExactly("two", "three");

        assertThat(claims.claim("one", List.of())).containsExactly("ip");

        assertThat(claims.owner("ip")).contains("two");
    }

    @Test
    void shouldNotLoseItsPlaceByClaimingAgain() {
        claims.claim("one", List.of("a", "b"));
        claims.claim("two", List.of("a"));

        assertThat(claims.claim("one", List.of("a"))).containsExactly("b");

        assertThat(claims.owner("a")).contains("one");
        assertThat(claims.owner("b")).isEmpty();
    }

    @Test
    void shouldRefuseWhatOverlaps() {
        assertThat(cidrs.claim("n1", blocks("10.1.0.0/16", "fd00::/64"))).containsExactly("n1");
        cidrs.claim("n2", blocks("10.1.2.0/24", "10.2.0.0/24"));

        assertThat(cidrs.granted("n2")).isEqualTo(blocks("10.2.0.0/24"));
        assertThat(cidrs.refused("n2")).isEqualTo(Map.of(Cidr.parse("10.1.2.0/24"), "n1"));
    }

    @Test
    void shouldRefuseABlockAroundAnothers() {
        cidrs.claim("n1", blocks("10.1.2.0/24"));
        cidrs.claim("n2", blocks("10.0.0.0/8"));
        cidrs.claim("n3", blocks("10.1.2.0/24"));

        assertThat(cidrs.granted("n2")).isEmpty();
        assertThat(cidrs.granted("n3")).isEmpty();
        assertThat(cidrs.granted("n1")).isEqualTo(blocks("10.1.2.0/24"));
    }

    @Test
    void shouldHandOverToTheFirstThatWaits() {
        cidrs.claim("n1", blocks("10.1.0.0/16"));
        cidrs.claim("n2", blocks("10.1.2.0/24"));
        cidrs.claim("n3", blocks("10.1.0.0/16"));

        assertThat(cidrs.claim("n1", List.of())).contains("n1", "n2", "n3");

        assertThat(cidrs.granted("n2")).isEqualTo(blocks("10.1.2.0/24"));
        assertThat(cidrs.refused("n3")).isEqualTo(Map.of(Cidr.parse("10.1.0.0/16"), "n2"));
    }

    private static List<Cidr> blocks(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).toList();
    }
}
