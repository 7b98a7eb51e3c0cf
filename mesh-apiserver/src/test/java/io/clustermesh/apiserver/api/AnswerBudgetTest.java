package io.clustermesh.apiserver.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.api.AnswerBudget.Admission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {

    private final AnswerBudget budget = new AnswerBudget(new AnswerBudget.Limits(100, 250, 2));
    private final List<String> sent = new ArrayList<>();
    private final Deque<Runnable> loop = new ArrayDeque<>();

    @Test
    void shouldSendInOrderAsRoomComes() {
        assertThat(ask("a", 60, "first")).isEqualTo(Admission.NOW);
        assertThat(ask("a", 60, "second")).isEqualTo(Admission.LATER);
        assertThat(ask("a", 10, "third, though it would fit")).isEqualTo(Admission.LATER);
        assertThat(ask("a", 10, "one too many")).isEqualTo(Admission.TOO_MANY);
        assertThat(ask("b", 60, "neighbour")).isEqualTo(Admission.NOW);

        leaves("a", 60);

        assertThat(sent).containsExactly("first", "neighbour", "second", "third, though it would fit");
        assertThat(budget.inFlight()).isEqualTo(130);
    }

    @Test
    void shouldSendWhatIsLargerThanAShareWhenItIsAlone() {
        ask("a", 10, "small");
        assertThat(ask("a", 200, "large")).isEqualTo(Admission.LATER);
        leaves("a", 10);
        assertThat(sent).containsExactly("small", "large");
        assertThat(ask("b", 251, "larger than everything")).isEqualTo(Admission.TOO_LARGE);
    }

    @Test
    void shouldHoldBackAllWhenTheTotalIsReachedAndLetThemTakeTurns() {
        ask("a", 100, "a1");
        ask("b", 100, "b1");
        assertThat(ask("c", 100, "c1")).isEqualTo(Admission.LATER);
        assertThat(ask("d", 100, "d1")).isEqualTo(Admission.LATER);

        leaves("a", 100);
        assertThat(sent).containsExactly("a1", "b1", "c1");
        leaves("b", 100);
        assertThat(sent).containsExactly("a1", "b1", "c1", "d1");
        leaves("c", 100);
        leaves("d", 100);

        assertThat(budget.inFlight()).isZero();
        assertThat(budget.connections()).as("nothing is kept of those who left").isZero();
    }

    @Test
    void shouldPassOverAClientThatLeftWhileItWaited() {
        ask("a", 100, "a1");
        budget.admit("a", 50, false, loop::addLast, () -> budget.passedOver("a"));
        ask("a", 50, "a3");

        leaves("a", 100);

        assertThat(sent).containsExactly("a1", "a3");
    }

    private void leaves(String connection, long bytes) {
        budget.sent(connection, bytes);
        while (!loop.isEmpty()) {
            loop.removeFirst().run();
        }
    }

    private Admission ask(String connection, long bytes, String what) {
        return ask(connection, bytes, what, false);
    }

    private Admission ask(String connection, long bytes, String what, boolean again) {
        Admission admission =
                budget.admit(connection, bytes, again, loop::addLast, () -> ask(connection, bytes, what, true));
        if (admission == Admission.NOW) {
            sent.add(what);
        }
        return admission;
    }
}
