package io.clustermesh.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void shouldAlignTextLeftAndFiguresRight() {
        Table table = new Table("NAME", "COUNT", "ADDRESS")
                .row("a", 5, "10.1.1.1")
                .row("longer", 1234, "-")
                .row("", "-", "10.1.1.23/32");

        assertThat(table.lines())
                .containsExactly(
                        "NAME    COUNT  ADDRESS",
                        "a           5  10.1.1.1",
                        "longer   1234  -",
                        "            -  10.1.1.23/32");
    }

    @Test
    void shouldKeepNumberedTextLeft() {
        assertThat(new Table("PHASE").row("1 all is well").row("2 b").lines())
                .containsExactly("PHASE", "1 all is well", "2 b");
    }

    @Test
    void shouldRefuseARowThatDoesNotFit() {
        assertThatThrownBy(() -> new Table("A", "B").row(1)).hasMessageContaining("1 cells");
    }
}
