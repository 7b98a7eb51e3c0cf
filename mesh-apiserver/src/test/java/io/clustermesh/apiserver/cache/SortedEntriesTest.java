package io.clustermesh.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedEntriesTest {

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAgreeWithATreeMapAndKeepEveryOlderVersion(long seed) {
        Random random = new Random(seed);
        TreeMap<String, Entry> model = new TreeMap<>();
        SortedEntries entries = SortedEntries.EMPTY;
        List<SortedEntries> versions = new ArrayList<>();
        List<List<Entry>> expected = new ArrayList<>();

        for (int i = 1; i <= 3000; i++) {
            // a phase that grows, one that shrinks: deep trees and thin ones
            boolean grow = random.nextInt(10) < (i < 1800 ? 8 : 2);
            Entry entry = Entries.put("k/" + random.nextInt(900), "v" + i, i);
            if (grow) {
                model.put(entry.key(), entry);
                entries = entries.with(entry);
            } else {
                model.remove(entry.key());
                entries = entries.without(entry);
            }
            assertThat(entries.size()).isEqualTo(model.size());
            if (i % 100 == 0) {
                versions.add(entries);
                expected.add(List.copyOf(model.values()));
                shouldAnswerRangesLike(model, entries, random);
            }
        }

        for (int i = 0; i < versions.size(); i++) {
            assertThat(versions.get(i).range(KeySpan.prefix(""), Integer.MAX_VALUE))
                    .as("version %d", i)
                    .isEqualTo(expected.get(i));
        }
    }

    private static void shouldAnswerRangesLike(TreeMap<String, Entry> model, SortedEntries entries, Random random) {
        for (int i = 0; i < 20; i++) {
            String from = "k/" + random.nextInt(1000);
            String to = "k/" + random.nextInt(1000);
            KeySpan span = KeySpan.of(from.getBytes(), to.getBytes());
            List<Entry> inside = from.compareTo(to) >= 0
                    ? List.of()
                    : List.copyOf(model.subMap(from, to).values());
            assertThat(entries.count(span)).as("count of %s", span).isEqualTo(inside.size());
            assertThat(entries.range(span, 7))
                    .as("first of %s", span)
                    .isEqualTo(inside.subList(0, Math.min(7, inside.size())));
            assertThat(entries.get(from.getBytes()).map(Entry::key))
                    .isEqualTo(java.util.Optional.ofNullable(model.get(from)).map(Entry::key));
        }
    }

    @Test
    void shouldBuildFromSortedEntries() {
        List<Entry> sorted = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            sorted.add(Entries.put("key/%05d".formatted(i), "v", i + 1));
        }

        SortedEntries entries = SortedEntries.ofSorted(sorted);

        assertThat(entries.range(KeySpan.prefix(""), Integer.MAX_VALUE)).isEqualTo(sorted);
        assertThat(entries.count(KeySpan.prefix("key/001"))).isEqualTo(100);
        assertThat(SortedEntries.ofSorted(List.of()).size()).isZero();
    }

    @Test
    void shouldSortByBytesNotByCharacters() {
        // UTF-16 puts the emoji (a surrogate pair) before U+FFFD, bytes put it after
        Entry replacement = Entries.put("a/\uFFFD", "", 1);
        Entry emoji = Entries.put("a/\uD83D\uDE00", "", 2);

        SortedEntries entries = SortedEntries.EMPTY.with(emoji).with(replacement);

        assertThat(entries.range(KeySpan.prefix("a/"), 10)).containsExactly(replacement, emoji);
    }
}
