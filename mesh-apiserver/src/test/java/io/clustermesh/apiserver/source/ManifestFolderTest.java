package io.clustermesh.apiserver.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.runtime.Clock;
import io.clustermesh.store.runtime.Lifecycle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFolderTest {

    @TempDir
    Path temp;

    private final Clock clock = Clock.system();
    private final Lifecycle lifecycle = new Lifecycle("test", clock);
    private final Seen seen = new Seen();

    @AfterEach
    void stop() {
        lifecycle.close();
    }

    @Test
    void shouldTellWhatIsThereAndThenWhatChanges() throws IOException {
        write("a.yaml", namespace("a", "1") + "---\n" + namespace("b", "1"));
        write("notes.txt", "no manifest");
        ManifestFolder folder = start();
        await().until(seen::synced);
        assertThat(seen.objects).containsOnlyKeys("Namespace a", "Namespace b");

        write("a.yaml", namespace("a", "2") + "---\n" + namespace("c", "1"));

        await().until(() -> seen.objects.containsKey("Namespace c") && !seen.objects.containsKey("Namespace b"));
        assertThat(seen.label("Namespace a")).isEqualTo("2");
        assertThat(seen.changes.subList(2, seen.changes.size())).hasSize(3);
        assertThat(folder.status().objects()).isEqualTo(2);
        assertThat(folder.status().errors()).isEmpty();
    }

    @Test
    void shouldNotWaitForQuietWhenAFileTakesAnothersPlace() throws IOException {
        write("a.yaml", namespace("a", "1"));
        new ManifestFolder(temp, Duration.ofHours(1), clock).start(seen, lifecycle);
        await().until(seen::synced);

        for (String label : List.of("2", "3", "4")) {
            write("a.yaml", namespace("a", label));
            await().until(() -> seen.label("Namespace a").equals(label));
        }
    }

    @Test
    void shouldWaitForQuietWhenAFileIsWrittenInPlace() throws IOException {
        write("a.yaml", namespace("a", "1"));
        new ManifestFolder(temp, Duration.ofMillis(300), clock).start(seen, lifecycle);
        await().until(seen::synced);

        Path file = temp.resolve("a.yaml");
        Files.writeString(file, namespace("a", "2"));
        Files.writeString(file, "---\n" + namespace("b", "2"), java.nio.file.StandardOpenOption.APPEND);

        await().until(() -> seen.objects.containsKey("Namespace b"));
        assertThat(seen.changes).hasSize(3);
    }

    @Test
    void shouldSeeARemovedFile() throws IOException {
        write("a.yaml", namespace("a", "1"));
        write("b.yaml", namespace("b", "1"));
        start();
        await().until(seen::synced);

        Files.delete(temp.resolve("a.yaml"));

        await().until(() -> seen.objects.keySet().equals(Set.of("Namespace b")));
    }

    @Test
    void shouldKeepTheLastGoodStateOfABrokenFile() throws IOException {
        write("a.yaml", namespace("a", "1"));
        write("b.yaml", namespace("b", "1"));
        ManifestFolder folder = start();
        await().until(seen::synced);

        write("a.yaml", "kind: [");
        write("b.yaml", namespace("b", "2"));

        await().until(() -> seen.label("Namespace b").equals("2")
                && !folder.status().errors().isEmpty());
        assertThat(seen.label("Namespace a")).isEqualTo("1");
        assertThat(folder.status().errors()).extracting(SourceError::file).containsExactly("a.yaml");
        assertThat(seen.errors).extracting(SourceError::file).containsExactly("a.yaml");

        write("a.yaml", namespace("a", "3"));

        await().until(() -> folder.status().errors().isEmpty());
        assertThat(seen.label("Namespace a")).isEqualTo("3");
    }

    @Test
    void shouldBelieveAnEmptyFileOnlyAfterAWhile() throws IOException {
        AtomicLong nanos = new AtomicLong();
        Path file = temp.resolve("a.yaml");
        Files.writeString(file, namespace("a", "1"));
        new ManifestFolder(temp, turnedBy(nanos)).start(seen, lifecycle);
        await().until(seen::synced);

        Files.writeString(file, "");
        write("b.yaml", namespace("b", "1"));
        await().until(() -> seen.objects.containsKey("Namespace b"));
        assertThat(seen.objects).containsKey("Namespace a");

        nanos.set(Duration.ofMillis(100).toNanos());
        await().until(() -> !seen.objects.containsKey("Namespace a"));
    }

    @Test
    void shouldNotNoticeThatAFileWasEmptyForAMoment() throws IOException {
        Path file = temp.resolve("a.yaml");
        Files.writeString(file, namespace("a", "1"));
        new ManifestFolder(temp, turnedBy(new AtomicLong())).start(seen, lifecycle);
        await().until(seen::synced);

        Files.writeString(file, "");
        write("b.yaml", namespace("b", "1"));
        await().until(() -> seen.objects.containsKey("Namespace b"));
        Files.writeString(file, namespace("a", "2"));

        await().until(() -> seen.label("Namespace a").equals("2"));
        assertThat(seen.changes).noneMatch(SourceChange.Delete.class::isInstance);
    }

    @Test
    void shouldWaitForAFolderThatIsNotThereYet() throws IOException {
        temp = temp.resolve("later");
        ManifestFolder folder = start();
        await().until(() -> !folder.status().errors().isEmpty());
        assertThat(folder.status().errors().getFirst().remedy()).contains("make the folder");
        assertThat(folder.status().synced()).isFalse();

        Files.createDirectory(temp);
        write("a.yaml", namespace("a", "1"));

        await().until(() -> seen.objects.containsKey("Namespace a"));
        await().until(() -> folder.status().errors().isEmpty());
    }

    /** The machine's clock, but for deadlines, for which the test turns it. */
    private Clock turnedBy(AtomicLong nanos) {
        return new Clock() {
            @Override
            public long monotonicNanos() {
                return nanos.get();
            }

            @Override
            public Instant now() {
                return clock.now();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                clock.sleep(duration);
            }
        };
    }

    private ManifestFolder start() {
        ManifestFolder folder = new ManifestFolder(temp, clock);
        folder.start(seen, lifecycle);
        return folder;
    }

    /** As a careful writer does it: elsewhere first, then renamed. */
    private void write(String name, String text) throws IOException {
        Path draft = temp.resolve(".draft");
        Files.writeString(draft, text);
        Files.move(draft, temp.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String namespace(String name, String label) {
        return "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {x: \"%s\"}}\n".formatted(name, label);
    }

    /** Remembers what it was told. */
    private static final class Seen implements SourceListener {
        private final Map<String, KubeObject> objects = new ConcurrentSkipListMap<>();
        private final List<SourceChange> changes = new CopyOnWriteArrayList<>();
        private final List<SourceError> errors = new CopyOnWriteArrayList<>();
        private volatile boolean synced;

        @Override
        public void onChanges(List<SourceChange> batch, Instant seenAt) {
            for (SourceChange change : batch) {
                changes.add(change);
                switch (change) {
                    case SourceChange.Upsert(KubeObject object) ->
                        objects.put(object.key().toString(), object);
                    case SourceChange.Delete(ObjectKey key) -> objects.remove(key.toString());
                }
            }
        }

        @Override
        public void onSynced(Set<KubeObject.Kind> kinds) {
            synced = kinds.containsAll(Set.of(KubeObject.Kind.values()));
        }

        @Override
        public void onErrors(List<SourceError> fresh) {
            errors.addAll(fresh);
        }

        private boolean synced() {
            return synced;
        }

        private String label(String key) {
            KubeObject object = objects.get(key);
            return object == null ? "" : object.meta().labels().getOrDefault("x", "");
        }
    }
}
