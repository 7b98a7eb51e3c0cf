package io.clustermesh.nodesync.agent;

import static io.clustermesh.nodesync.desired.Records.CART;
import static io.clustermesh.nodesync.desired.Records.WEST;
import static io.clustermesh.nodesync.desired.Records.active;
import static io.clustermesh.nodesync.desired.Records.peer;
import static io.clustermesh.nodesync.desired.Records.west;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Affinity;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.MeshService;
import io.clustermesh.model.ServiceRecord;
import io.clustermesh.model.codec.MeshServiceCodec;
import io.clustermesh.model.codec.ServiceCodec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordReaderTest {

    private static final MeshService LOCAL = west(CART, Affinity.LOCAL, "10.101.0.9", active("10.1.1.1"));
    private static final ServiceRecord REMOTE = peer("east", 2, CART, "10.2.1.1");

    private final RecordReader reader = new RecordReader(WEST);

    @Test
    void shouldReadBothSources() {
        assertThat(reader.put(Source.OWN, Changes.entry(Changes.key(LOCAL), MeshServiceCodec.encode(LOCAL))))
                .isEqualTo(new Reading.Own(LOCAL));
        assertThat(reader.put(Source.PEERS, Changes.entry(Changes.key(REMOTE), ServiceCodec.encode(REMOTE))))
                .isEqualTo(new Reading.Peer(REMOTE));
        assertThat(reader.gone(Source.PEERS, Changes.key(REMOTE)))
                .isEqualTo(new Reading.Gone(new ClusterName("east"), CART));
    }

    @Test
    void shouldRefuseARecordThatNamesItselfOtherwiseThanItsKey() {
        byte[] value = ServiceCodec.encode(REMOTE);

        assertThat(refusal(Changes.peerKey("north", CART), value)).contains("east", "north");
        assertThat(refusal("cilium/cache/services/v1/east/shop/other", value)).contains("shop/cart", "shop/other");
    }

    @Test
    void shouldRefuseTheOwnClusterAsAPeer() {
        assertThat(refusal(Changes.peerKey("west", CART), ServiceCodec.encode(REMOTE)))
                .contains("own cluster");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cilium/cache/services/v1/",
                "cilium/cache/services/v1/east",
                "cilium/cache/services/v1/east/",
                "cilium/cache/services/v1/east/shop",
                "cilium/cache/services/v1/EAST/shop/cart",
                "cilium/cache/services/v1//shop/cart",
                "cilium/cache/services/v1/east/shop/cart/more",
                "cilium/state/services/v1/east/shop/cart"
            })
    void shouldRefuseKeysThatSpeakOfNothing(String key) {
        assertThat(reader.gone(Source.PEERS, key)).isInstanceOf(Reading.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{\"cluster\":\"east\"}"})
    void shouldRefuseValuesThatAreNoService(String value) {
        assertThat(refusal(Changes.key(REMOTE), value.getBytes(StandardCharsets.UTF_8)))
                .isNotBlank();
    }

    private String refusal(String key, byte[] value) {
        Reading reading = reader.put(Source.PEERS, Changes.entry(key, value));
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused) reading).reason();
    }
}
