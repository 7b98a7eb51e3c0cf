package io.clustermesh.apiserver.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.runtime.Clock;
import org.junit.jupiter.api.Test;

class RefusalsTest {

    private final Refusals refusals = new Refusals(Clock.system());

    @Test
    void shouldKeepOneEntryForEachAddressNewestFirst() {
        refusals.note("10.0.0.1", "no certificate", "bring one");
        refusals.note("10.0.0.2", "stranger", "connect");
        refusals.note("10.0.0.1", "stranger", "connect");

        assertThat(refusals.total()).isEqualTo(3);
        assertThat(refusals.last()).extracting(Refusals.Refusal::address).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(refusals.last().getFirst().count()).isEqualTo(2);
        assertThat(refusals.last().getFirst().cause()).isEqualTo("stranger");
    }

    @Test
    void shouldNotGrowWithTheNumberOfAddresses() {
        for (int i = 0; i < 1000; i++) {
            refusals.note("10.0." + i / 250 + "." + i % 250, "stranger", "connect");
        }

        assertThat(refusals.last()).hasSizeLessThanOrEqualTo(64);
        assertThat(refusals.total()).isEqualTo(1000);
    }
}
