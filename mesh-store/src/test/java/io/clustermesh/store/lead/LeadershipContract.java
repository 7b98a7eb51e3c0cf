package io.clustermesh.store.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.kv.KvStore;
import io.clustermesh.store.kv.Txn;
import io.clustermesh.store.runtime.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every pair of replicas may rely on, whatever the kvstore. */
abstract class LeadershipContract {

    static final Duration TTL = Duration.ofSeconds(2);

    private static int elections;

    private final String prefix = "lead-contract/%d/".formatted(++elections);
    private final List<String> diary = new CopyOnWriteArrayList<>();
    private final List<Leadership> started = new ArrayList<>();

    /** A connection of its own to one and the same store; {@code side} is 0 or 1. */
    protected abstract KvStore side(int side);

    /** From now on that side neither reaches the store nor renews anything; what it holds there runs out in time. */
    protected abstract void cut(int side);

    protected abstract void mend(int side);

    @AfterEach
    void stop() {
        started.forEach(Leadership::close);
    }

    private Leadership join(int side, String name, Duration settled) {
        Leadership leadership =
                Leadership.start(new Leadership.Options(prefix, name, TTL, settled), side(side), Clock.system());
        started.add(leadership);
        return leadership;
    }

    private Leadership join(int side, String name) {
        return join(side, name, Duration.ofMinutes(10));
    }

    private void contend(Leadership leadership, String name, String task) {
        leadership.contend(task, new LeadershipListener() {
            @Override
            public void gained(Term term) {
                diary.add(name + " leads " + term.task());
            }

            @Override
            public void lost(Term term, String reason) {
                diary.add(name + " lost " + term.task());
            }
        });
    }

    private Txn.Outcome write(int side, Term term) {
        return side(side)
                .commit(new Txn(
                        List.of(term.guard()),
                        List.of(new Txn.Op.Put(
                                prefix.replace("lead-contract", "data"),
                                "x".getBytes(StandardCharsets.UTF_8),
                                Optional.empty()))));
    }

    @Test
    void shouldLetOneOfTwoLead() {
        Leadership a = join(0, "a");
        Leadership b = join(1, "b");
        contend(a, "a", "task");
        contend(b, "b", "task");

        await().until(() -> a.term("task").isPresent() || b.term("task").isPresent());
        await().until(() -> a.leaders().equals(b.leaders()) && a.leaders().containsKey("task"));

        assertThat(diary).hasSize(1);
        assertThat(a.term("task").isPresent()).isNotEqualTo(b.term("task").isPresent());
        assertThat(a.leaders()).isEqualTo(b.leaders()).containsOnlyKeys("task");
        await().untilAsserted(() -> assertThat(a.replicas()).containsExactly("a", "b"));
    }

    @Test
    void shouldHandOverWhatIsGivenUp() {
        Leadership a = join(0, "a");
        contend(a, "a", "task");
        await().until(() -> a.term("task").isPresent());
        Leadership b = join(1, "b");
        contend(b, "b", "task");
        Term old = a.term("task").orElseThrow();

        a.withdraw("task");

        await().until(() -> b.term("task").isPresent());
        assertThat(diary).containsExactly("a leads task", "b leads task");
        assertThat(write(0, old)).isInstanceOf(Txn.Outcome.Refused.class);
        assertThat(write(1, b.term("task").orElseThrow())).isInstanceOf(Txn.Outcome.Applied.class);
    }

    @Test
    void shouldHandOverEverythingWhenAReplicaStops() {
        Leadership a = join(0, "a");
        List.of("x", "y", "z").forEach(task -> contend(a, "a", task));
        await().until(() -> diary.size() == 3);
        Leadership b = join(1, "b");
        List.of("x", "y", "z").forEach(task -> contend(b, "b", task));

        a.close();

        await().untilAsserted(() -> assertThat(List.copyOf(diary).stream().skip(3))
                .containsExactlyInAnyOrder("b leads x", "b leads y", "b leads z"));
        await().untilAsserted(() -> assertThat(b.replicas()).containsExactly("b"));
    }

    @Test
    void shouldKnowItselfThatItLostBeforeAnotherLeads() {
        Leadership a = join(0, "a");
        contend(a, "a", "task");
        await().until(() -> a.term("task").isPresent());
        Term old = a.term("task").orElseThrow();
        Leadership b = join(1, "b");
        contend(b, "b", "task");

        cut(0);

        await().atMost(Duration.ofSeconds(20)).until(() -> b.term("task").isPresent());
        assertThat(diary).containsExactly("a leads task", "a lost task", "b leads task");
        assertThat(a.term("task")).isEmpty();

        mend(0);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(write(0, old)).isInstanceOf(Txn.Outcome.Refused.class));
        b.withdraw("task");
        await().atMost(Duration.ofSeconds(30)).until(() -> a.term("task").isPresent());
        assertThat(a.term("task").orElseThrow().created()).isGreaterThan(old.created());
    }

    @Test
    void shouldNoticeThatItsKeyWasDeleted() {
        Leadership a = join(0, "a");
        contend(a, "a", "task");
        await().until(() -> a.term("task").isPresent());
        Term old = a.term("task").orElseThrow();

        side(1).commit(Txn.of(List.of(new Txn.Op.Delete(old.key()))));

        await().until(() -> diary.size() == 3);
        assertThat(diary).containsExactly("a leads task", "a lost task", "a leads task");
        assertThat(a.term("task").orElseThrow().created()).isGreaterThan(old.created());
    }

    @Test
    void shouldGiveALateReplicaItsShareAndLeaveItThere() {
        Leadership a = join(0, "a", Duration.ofMillis(200));
        List<String> tasks = java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> "mirror/c" + i)
                .toList();
        tasks.forEach(task -> contend(a, "a", task));
        await().until(() -> diary.size() == 20);

        Leadership b = join(1, "b", Duration.ofMillis(200));
        tasks.forEach(task -> contend(b, "b", task));

        long share = tasks.stream()
                .filter(task -> Ranking.first("b", task, List.of("a", "b")).equals("b"))
                .count();
        assertThat(share).isBetween(5L, 15L);
        await().until(() ->
                tasks.stream().filter(task -> b.term(task).isPresent()).count() == share);
        assertThat(tasks.stream().filter(task -> a.term(task).isPresent()).count())
                .isEqualTo(20 - share);
    }
}
