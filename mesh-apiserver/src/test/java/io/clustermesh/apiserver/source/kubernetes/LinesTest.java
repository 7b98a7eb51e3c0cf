package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class LinesTest {

    @Test
    void shouldSplitWhateverThePiecesAre() throws IOException {
        long seed = System.identityHashCode(this);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            written.add("e" + "x".repeat(random.nextInt(i % 20 == 0 ? 100_000 : 500)));
        }
        Lines lines = new Lines(pieces(String.join("\n", written) + "\n\n", random));
        List<String> read = new ArrayList<>();
        for (byte[] line = lines.next(); line.length > 0; line = lines.next()) {
            read.add(new String(line, StandardCharsets.UTF_8));
        }

        assertThat(read).as("seed %d", seed).isEqualTo(written);
    }

    @Test
    void shouldTellWhetherTheNextLineIsThere() throws IOException {
        Lines lines = new Lines(new ByteArrayInputStream("one\ntwo\nthr".getBytes(StandardCharsets.UTF_8)));
        assertThat(lines.ready()).isFalse();
        lines.next();
        assertThat(lines.ready()).isTrue();
        lines.next();
        assertThat(lines.ready()).isFalse();
        assertThat(lines.next()).as("a line that broke off is no event").isEmpty();
    }

    @Test
    void shouldRefuseAnEndlessLine() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        Lines lines = new Lines(endless);

        assertThatThrownBy(lines::next).isInstanceOf(IOException.class).hasMessageContaining("larger than");
    }

    private static InputStream pieces(String text, RandomGenerator random) {
        InputStream whole = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                return whole.read(into, from, Math.min(most, 1 + random.nextInt(700)));
            }
        };
    }
}
