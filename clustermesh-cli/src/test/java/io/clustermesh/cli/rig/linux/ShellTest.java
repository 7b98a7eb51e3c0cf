package io.clustermesh.cli.rig.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {

    @Test
    void shouldGiveInputAndTakeOutput() {
        assertThat(Shell.run(List.of("cat"), "a line")).isEqualTo("a line");
    }

    @Test
    void shouldSayWhatACommandSaidWhenItFails() {
        assertThatThrownBy(() -> Shell.run(List.of("sh", "-c", "echo because >&2; exit 3")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("status 3")
                .hasMessageContaining("because");
    }

    @Test
    void shouldSayThatACommandIsNotThere() {
        assertThat(Shell.isInstalled("no-such-command-at-all")).isFalse();
        assertThat(Shell.isInstalled("sh")).isTrue();
        assertThatThrownBy(() -> Shell.run(List.of("no-such-command-at-all")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no-such-command-at-all");
    }
}
