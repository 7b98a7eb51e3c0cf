package io.clustermesh.cli.kube.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TemplateTest {

    private static final String VALUES = """
            Values:
              name: west
              id: 7
              on: true
              off: false
              nothing: ""
              zero: 0
              list: [b, a]
              empty: []
              map: {z: "1<2", a: {y: 1, x: [true]}}
              odd: "a \\"quoted\\" \\\\ and\\nmore\\x01"
            Release: {Namespace: mesh}
            """;

    @Test
    void shouldPrintTextNumbersAndTruth() {
        assertThat(rendered("{{ .Values.name }}-{{ .Values.id }}-{{ .Values.on }}@{{ .Release.Namespace }}"))
                .isEqualTo("west-7-true@mesh");
    }

    @Test
    void shouldWriteJsonWithSortedKeysAsGoDoes() {
        assertThat(rendered("{{ .Values.map | toJson }}"))
                .isEqualTo("{\"a\":{\"x\":[true],\"y\":1},\"z\":\"1\\u003c2\"}");
        assertThat(rendered("{{ .Values.list | toJson }}")).isEqualTo("[\"b\",\"a\"]");
    }

    @Test
    void shouldQuoteAsGoDoes() {
        assertThat(rendered("{{ .Values.odd | quote }}")).isEqualTo("\"a \\\"quoted\\\" \\\\ and\\nmore\\x01\"");
        assertThat(rendered("{{ .Values.empty | toJson | quote }}")).isEqualTo("\"[]\"");
    }

    @ParameterizedTest
    @CsvSource({
        "on, yes",
        "off, no",
        "nothing, no",
        "zero, no",
        "list, yes",
        "empty, no",
        "map, yes",
        "name, yes",
        "missing, no"
    })
    void shouldTakeForTrueWhatGoDoes(String value, String expected) {
        assertThat(rendered("{{ if .Values." + value + " }}yes{{ else }}no{{ end }}"))
                .isEqualTo(expected);
        assertThat(rendered("{{ if not .Values." + value + " }}no{{ else }}yes{{ end }}"))
                .isEqualTo(expected);
    }

    @Test
    void shouldCompareWithAText() {
        String template = "{{ if eq .Values.name \"%s\" }}same{{ else }}other{{ end }}";
        assertThat(rendered(template.formatted("west"))).isEqualTo("same");
        assertThat(rendered(template.formatted("east"))).isEqualTo("other");
    }

    @Test
    void shouldTakeAwayWhiteSpaceOnTheSideOfADash() {
        assertThat(rendered("a:\n  {{- if .Values.on }}\n  b: 1\n  {{- end }}\nc: 2\n"))
                .isEqualTo("a:\n  b: 1\nc: 2\n");
        assertThat(rendered("a {{ .Values.id -}}  \n b")).isEqualTo("a 7b");
        assertThat(rendered("a{{- if .Values.off }} x {{- end }} b")).isEqualTo("a b");
    }

    @Test
    void shouldNestChoices() {
        String template =
                "{{ if .Values.on }}1{{ if .Values.off }}2{{ else }}3{{ end }}4{{ else }}{{ if .Values.on }}5{{ end }}{{ end }}";
        assertThat(rendered(template)).isEqualTo("134");
    }

    @Test
    void shouldSayWhereAValueIsMissing() {
        assertThatThrownBy(() -> rendered("one\ntwo: {{ .Values.none.such }}\n"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("t.yaml, line 2: .Values.none.such has no value; write one into values.yaml");
        assertThatThrownBy(() -> rendered("{{ .Values.map }}")).hasMessageContaining("print it with | toJson");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ range .Values.list }}{{ end }}",
                "{{ include \"x\" . }}",
                "{{ .Values.name | upper }}",
                "{{ if .Values.name | quote }}x{{ end }}",
                "{{ end }}",
                "{{ else }}",
                "{{ if .Values.on }}open",
                "{{ if .Values.on }}a{{ else }}b{{ else }}c{{ end }}",
                "{{ $x := 1 }}"
            })
    void shouldRefuseWhatItDoesNotKnow(String template) {
        assertThatThrownBy(() -> Template.parse("t.yaml", template))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("t.yaml, line 1: ");
    }

    private static String rendered(String template) {
        try {
            JsonNode root = new YAMLMapper().readTree(VALUES);
            return Template.parse("t.yaml", template).render(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
