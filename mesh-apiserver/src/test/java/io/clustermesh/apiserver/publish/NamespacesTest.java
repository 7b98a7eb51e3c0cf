package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.source.KubeNamespace;
import io.clustermesh.apiserver.source.ObjectMeta;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamespacesTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDoWithNamespacesThatDoNotSayAsTheOperatorSays(boolean withoutWord) {
        Namespaces namespaces = new Namespaces(withoutWord);
        namespaces.upsert(namespace("silent", Map.of()));

        assertThat(namespaces.isGlobal("silent")).isEqualTo(withoutWord);
        assertThat(namespaces.isGlobal("unknown")).isEqualTo(withoutWord);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldObeyTheAnnotationWhateverTheOperatorSays(boolean withoutWord) {
        Namespaces namespaces = new Namespaces(withoutWord);
        namespaces.upsert(namespace("in", Map.of("clustermesh.cilium.io/global", "True")));
        namespaces.upsert(namespace("out", Map.of("clustermesh.cilium.io/global", "false")));

        assertThat(namespaces.isGlobal("in")).isTrue();
        assertThat(namespaces.isGlobal("out")).isFalse();
    }

    @Test
    void shouldTakeAWordThatIsNeitherForNo() {
        Namespaces namespaces = new Namespaces(true);
        namespaces.upsert(namespace("odd", Map.of("clustermesh.cilium.io/global", "yes")));

        assertThat(namespaces.isGlobal("odd")).isFalse();
        assertThat(namespaces.warnings("odd")).hasSize(1);
    }

    private static KubeNamespace namespace(String name, Map<String, String> annotations) {
        return new KubeNamespace(new ObjectMeta("", name, Map.of(), annotations, ObjectMeta.Creation.UNKNOWN));
    }
}
