package io.clustermesh.store.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Lease;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.memory.InMemoryKvStore;
import io.clustermesh.store.lead.Ballot.Step;
import io.clustermesh.store.runtime.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BallotTest {

    private static final Duration SETTLED = Duration.ofSeconds(30);
    private static final long LEASE_OF_B = 4711;

    private final ManualClock clock = new ManualClock();
    private final KvStore store = new InMemoryKvStore();
    private final Lease lease = store.grant(Duration.ofMinutes(1));
    private final Ballot ballot = new Ballot("a", SETTLED, clock);
    private final String task = IntStream.range(0, 100)
            .mapToObj(i -> "task" + i)
            .filter(name -> Ranking.first("a", name, List.of("a", "b")).equals("b"))
            .findFirst()
            .orElseThrow();

    @Test
    void shouldOfferATaskAgainAndEverLessOftenToAReplicaThatIsTooSlowToTakeIt() {
        ballot.lease(lease, "granted");
        ballot.listed();
        ballot.want(task, new LeadershipListener() {
            @Override
            public void gained(Term term) {}

            @Override
            public void lost(Term term, String reason) {}
        });
        ballot.held(Ballot.REPLICAS + "b", Holders.entry(Ballot.REPLICAS + "b", "b", new Revision(1), LEASE_OF_B));

        take(2);
        long first = untilOffered();
        take(3);
        long second = untilOffered();
        take(4);
        long third = untilOffered();

        assertThat(first).isEqualTo(SETTLED.toSeconds());
        assertThat(second).isGreaterThanOrEqualTo(SETTLED.toSeconds());
        assertThat(third).isEqualTo(2 * SETTLED.toSeconds());
    }

    /** Nobody else has taken it: it is ours (again). */
    private void take(long revision) {
        ballot.free(task);
        ballot.won(task, task, new Revision(revision), lease);
        assertThat(ballot.term(task)).isPresent();
    }

    /** Seconds until we give the task up to b. */
    private long untilOffered() {
        for (long second = 0; second < 1000; second++) {
            Optional<Step> step = ballot.next();
            if (step.isPresent() && step.get() instanceof Step.GiveUp(String given, Revision created)) {
                assertThat(given).isEqualTo(task);
                ballot.gaveUp(given, created);
                return second;
            }
            clock.advance(Duration.ofSeconds(1));
        }
        throw new AssertionError("never offered to b");
    }
}
