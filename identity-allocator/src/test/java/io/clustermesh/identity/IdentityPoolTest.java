package io.clustermesh.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.NumericIdentity;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdentityPoolTest {

    @Test
    void shouldHandOutEveryNumberOnceAndThenNone() {
        IdentityPool pool = new IdentityPool(Bench.range(300, 399), new Random(1));
        Set<NumericIdentity> taken = new HashSet<>();

        for (int i = 0; i < 100; i++) {
            assertThat(taken.add(pool.pick(taken::contains).orElseThrow())).isTrue();
        }

        assertThat(pool.pick(taken::contains)).isEmpty();
        assertThat(taken).allMatch(identity -> pool.range().contains(identity));
    }

    @Test
    void shouldSpreadItsPicks() {
        IdentityPool pool = new IdentityPool(Bench.RANGE, new Random(1));
        Set<NumericIdentity> picks = new HashSet<>();

        for (int i = 0; i < 100; i++) {
            pool.pick(identity -> false).ifPresent(picks::add);
        }

        assertThat(picks).hasSizeGreaterThan(95);
    }
}
