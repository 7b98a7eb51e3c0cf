package io.clustermesh.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSetTest {

    /** The example value of an identity key. */
    private static final String CART = "k8s:app=cart;"
            + "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop;"
            + "k8s:io.cilium.k8s.policy.cluster=east;"
            + "k8s:io.cilium.k8s.policy.serviceaccount=cart;"
            + "k8s:io.kubernetes.pod.namespace=shop;";

    @Test
    void shouldReadAndWriteCiliumsLabelString() {
        LabelSet labels = LabelSet.parse(CART);

        assertThat(labels.toLabelString()).isEqualTo(CART);
        assertThat(labels.get(LabelSet.CLUSTER_LABEL)).contains("east");
        assertThat(labels.get(LabelSet.NAMESPACE_LABEL)).contains("shop");
        assertThat(labels.get("nothing")).isEmpty();
    }

    @Test
    void shouldSortAndEndEveryLabelWithASemicolon() {
        assertThat(new LabelSet(Map.of("k8s:b", "2", "k8s:a", "", "any:z", "x=y")).toLabelString())
                .isEqualTo("any:z=x=y;k8s:a=;k8s:b=2;");
        assertThat(LabelSet.parse("k8s:b=2;k8s:a").toLabelString()).isEqualTo("k8s:a=;k8s:b=2;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app=cart", ":app=cart", "=x"})
    void shouldRefuseLabelsWithoutSource(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelSet.parse(text))
                .withMessageContaining("source:key=value");
    }

    @Test
    void shouldRefuseSemicolonsThatWouldForgeALabel() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LabelSet(Map.of("k8s:a", "1;k8s:b=2")));
    }
}
