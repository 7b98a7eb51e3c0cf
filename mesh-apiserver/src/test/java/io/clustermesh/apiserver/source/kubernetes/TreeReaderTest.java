package io.clustermesh.apiserver.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class TreeReaderTest {

    private static final String POD = """
            {"kind":"Pod","metadata":{"name":"a","labels":{"x":"y","z":"1"},"managedFields":[{"f":{}}],
             "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","keep":"me"}},
             "spec":{"nodeName":"n","containers":[{"image":"i","ports":[{"name":"p","containerPort":80,"hostPort":1}]},
             {"image":"j"}],"volumes":[{"a":[1,2,{"b":null}]}]},
             "status":{"phase":"Running","podIPs":[{"ip":"10.0.0.1"}],"conditions":[{"type":"Ready"}]}}""";

    private final TreeReader trees = new TreeReader();

    @Test
    void shouldKeepOnlyTheFieldsOfTheShape() throws IOException {
        Shape shape = Shape.of(
                "metadata.annotations", "spec.nodeName", "spec.containers.ports.name", "status.phase", "status.podIPs");

        assertThat(read(POD, shape)).isEqualTo(new ObjectMapper().readTree("""
                {"metadata":{"name":"a","labels":{"x":"y","z":"1"},"annotations":{"keep":"me"}},
                 "spec":{"nodeName":"n","containers":[{"ports":[{"name":"p"}]},{}]},
                 "status":{"phase":"Running","podIPs":[{"ip":"10.0.0.1"}]}}"""));
    }

    @Test
    void shouldReadEventsAndWhatWentWrong() throws IOException {
        Shape event = Shape.of("spec.nodeName").event();

        JsonNode added = read("{\"type\":\"ADDED\",\"object\":" + POD + "}", event);
        assertThat(added.at("/object/spec/nodeName").asText()).isEqualTo("n");
        assertThat(added.at("/object/spec").size()).isEqualTo(1);
        JsonNode error = read(
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}", event);
        assertThat(error.at("/object/code").asInt()).isEqualTo(410);
        assertThat(error.at("/object/message").asText()).isEqualTo("too old");
    }

    @Test
    void shouldHoldEqualTextsOnce() throws IOException {
        JsonNode tree =
                read("{\"metadata\":{\"name\":\"a\",\"labels\":{\"one\":\"zone-1\",\"two\":\"zone-1\"}}}", Shape.of());

        assertThat(tree.at("/metadata/labels/one").textValue())
                .isSameAs(tree.at("/metadata/labels/two").textValue());
    }

    private JsonNode read(String json, Shape shape) throws IOException {
        try (JsonParser in = TreeReader.factory().createParser(json)) {
            in.nextToken();
            return trees.read(in, shape);
        }
    }
}
