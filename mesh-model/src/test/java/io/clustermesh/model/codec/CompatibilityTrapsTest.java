package io.clustermesh.model.codec;

import static io.clustermesh.model.codec.Golden.bytes;
import static io.clustermesh.model.codec.Golden.text;
import static io.clustermesh.model.codec.Golden.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.ExportMode;
import io.clustermesh.model.Keys;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The traps of Cilium's format as seen in 2026 that concern bytes and keys; those that concern a service are in mesh-apiserver. */
class CompatibilityTrapsTest {

    @Test
    void shouldKnowThreeExportModesAndNoOtherTrap() {
        assertThat(ExportMode.of("")).contains(ExportMode.SERVICES);
        assertThat(ExportMode.of("services-and-endpointslices")).contains(ExportMode.SERVICES_AND_SLICES);
        assertThat(ExportMode.of("endpointslices-only")).contains(ExportMode.SLICES);
        assertThat(ExportMode.of("services")).isEmpty();
    }

    @Test
    void shouldReadTheTextFormOfCidrsOf2027Trap() {
        String node = Golden.NODE.replace("{\"IP\":\"10.3.1.0\",\"Mask\":\"////AA==\"}", "\"10.3.1.0/24\"");

        assertThat(value(NodeCodec.decode(bytes(node))).podCidrs()).containsExactly(Cidr.parse("10.3.1.0/24"));
    }

    @Test
    void shouldReadAddressesWhoseMaskDisappearedAndKeysThatAreNewTrap() {
        String ip = Golden.IP.replace("\"Mask\":null,", "\"New\":{\"a\":[1]},");

        assertThat(value(IpCodec.decode(bytes(ip)))).isEqualTo(value(IpCodec.decode(bytes(Golden.IP))));
    }

    @Test
    void shouldAcceptBothSpellingsOfLabelsInServiceExportsTrap() {
        String both = Golden.EXPORT.replace("\"ports\"", "\"Labels\":{\"a\":\"b\"},\"labels\":{\"a\":\"b\"},\"ports\"");

        assertThat(value(ServiceExportCodec.decode(bytes(both))).exported().labels())
                .isEqualTo(Map.of("a", "b"));
        assertThat(text(ServiceExportCodec.encode(value(ServiceExportCodec.decode(bytes(both))))))
                .containsOnlyOnce("{\"a\":\"b\"}")
                .contains("\"labels\"");
    }

    @Test
    void shouldNotPutASuffixOnLockKeysTrap() {
        assertThat(Keys.IDENTITY_LOCKS)
                .isEqualTo("cilium/state/identities/v1/locks/")
                .doesNotContain(".lock");
    }

    @Test
    void shouldReadIdentitiesByNumberOnlyTrap() {
        assertThat(Keys.Resource.IDENTITIES.statePrefix(new ClusterName("east")))
                .isEqualTo("cilium/state/identities/v1/id/");
    }
}
