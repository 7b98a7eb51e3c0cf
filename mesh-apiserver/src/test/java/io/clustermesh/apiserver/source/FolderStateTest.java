package io.clustermesh.apiserver.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.source.ManifestParser.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FolderStateTest {

    private final FolderState state = new FolderState();

    @Test
    void shouldTellOnlyWhatDiffers() {
        state.apply(Map.of("a.yaml", parsed(namespace("a", "1"), namespace("b", "1"))));

        List<SourceChange> changes = state.apply(Map.of("a.yaml", parsed(namespace("a", "1"), namespace("b", "2"))));

        assertThat(changes).containsExactly(new SourceChange.Upsert(namespace("b", "2")));
    }

    @Test
    void shouldMoveAnObjectBetweenFilesWithoutAnyoneNoticing() {
        state.apply(Map.of("b.yaml", parsed(namespace("a", "1"))));
        Map<String, Optional<Outcome>> move = new LinkedHashMap<>();
        move.put("a.yaml", parsed(namespace("a", "1")));
        move.put("b.yaml", Optional.empty());

        assertThat(state.apply(move)).isEmpty();
        assertThat(state.errors()).isEmpty();
        assertThat(state.objects()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheFirstOfTwoAndHandOver() {
        state.apply(Map.of("b.yaml", parsed(namespace("a", "first"))));

        assertThat(state.apply(Map.of("a.yaml", parsed(namespace("a", "second")))))
                .isEmpty();
        assertThat(state.errors()).singleElement().satisfies(error -> {
            assertThat(error.file()).isEqualTo("a.yaml");
            assertThat(error.message()).contains("Namespace a: is in file b.yaml too");
        });

        assertThat(state.apply(Map.of("b.yaml", Optional.empty())))
                .containsExactly(new SourceChange.Upsert(namespace("a", "second")));
        assertThat(state.errors()).isEmpty();
    }

    @Test
    void shouldDropTheObjectsOfAFileThatIsGone() {
        state.apply(Map.of("a.yaml", parsed(namespace("a", "1"))));

        assertThat(state.apply(Map.of("a.yaml", Optional.empty())))
                .containsExactly(new SourceChange.Delete(namespace("a", "1").key()));
        assertThat(state.objects()).isZero();
    }

    private static Optional<Outcome> parsed(KubeObject... objects) {
        Map<ObjectKey, KubeObject> byKey = new LinkedHashMap<>();
        for (KubeObject object : objects) {
            byKey.put(object.key(), object);
        }
        return Optional.of(new Outcome.Parsed(byKey));
    }

    private static KubeNamespace namespace(String name, String label) {
        return new KubeNamespace(new ObjectMeta("", name, Map.of("x", label), Map.of(), ObjectMeta.Creation.UNKNOWN));
    }
}
