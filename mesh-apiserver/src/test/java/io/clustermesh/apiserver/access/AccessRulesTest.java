package io.clustermesh.apiserver.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.apiserver.access.Role.Kind;
import io.clustermesh.apiserver.cache.KeySpan;
import io.clustermesh.model.ClusterName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {

    private static final Anchor OWN = new Anchor.Own();
    private static final Anchor EAST = new Anchor.Peer(new ClusterName("east"));

    private final AccessRules rules = new AccessRules(new ClusterName("west"));

    @Test
    void shouldLetOwnNamesInFromTheOwnCa() {
        assertThat(rules.role(OWN, "admin-west").orElseThrow().kind()).isEqualTo(Kind.ADMIN);
        assertThat(rules.role(OWN, "local-west").orElseThrow().kind()).isEqualTo(Kind.LOCAL);
        assertThat(rules.role(OWN, "remote").orElseThrow().kind()).isEqualTo(Kind.REMOTE);
        assertThat(rules.role(OWN, "remote-east").orElseThrow().kind()).isEqualTo(Kind.REMOTE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"admin-west", "local-west", "admin-east", "local-east", "remote", "remote-west", "root", ""})
    void shouldLetAPeersCaMakeNothingButThatPeersRemote(String name) {
        assertThat(rules.role(EAST, name)).isEmpty();
        assertThat(rules.role(EAST, "remote-east").orElseThrow().kind()).isEqualTo(Kind.REMOTE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin-east", "local-east", "root", "west", "admin", "local", ""})
    void shouldKnowNoOtherNameOfTheOwnCa(String name) {
        assertThat(rules.role(OWN, name)).isEmpty();
    }

    @Test
    void shouldShowAPeerWhatTheClusterPublishesAndNoMore() {
        Role peer = rules.role(EAST, "remote-east").orElseThrow();

        assertThat(peer.mayRead(KeySpan.prefix("cilium/.heartbeat"))).isTrue();
        assertThat(peer.mayRead(KeySpan.prefix("cilium/state/nodes/v1/"))).isTrue();
        assertThat(peer.mayRead(KeySpan.key("cilium/cluster-config/west"))).isTrue();
        assertThat(peer.mayRead(KeySpan.prefix("cilium/synced/west/"))).isTrue();
        assertThat(peer.mayRead(KeySpan.key("health"))).isTrue();

        assertThat(peer.mayRead(KeySpan.prefix("cilium/cache/"))).isFalse();
        assertThat(peer.mayRead(KeySpan.prefix("cilium/cluster-config/"))).isFalse();
        assertThat(peer.mayRead(KeySpan.key("cilium/cluster-config/north"))).isFalse();
        assertThat(peer.mayRead(KeySpan.prefix("cilium/synced/"))).isFalse();
        assertThat(peer.mayRead(KeySpan.prefix("clustermesh/"))).isFalse();
        assertThat(peer.mayRead(KeySpan.prefix(""))).isFalse();
    }

    @Test
    void shouldShowAgentsTheMirrorAndOurOwnPrefix() {
        Role agent = rules.role(OWN, "local-west").orElseThrow();

        assertThat(agent.mayRead(KeySpan.prefix("cilium/cache/services/v1/"))).isTrue();
        assertThat(agent.mayRead(KeySpan.prefix("clustermesh/state/services/v1/west/")))
                .isTrue();
        assertThat(agent.mayRead(KeySpan.prefix("cilium/cluster-config/"))).isTrue();
        assertThat(agent.mayRead(KeySpan.prefix("cilium/state/ip/v1/default/"))).isTrue();
        assertThat(agent.mayRead(KeySpan.prefix("cilium/state/"))).isFalse();
    }

    @Test
    void shouldNameTheRoleAndItsRangesWhenItRefuses() {
        Role peer = rules.role(EAST, "remote-east").orElseThrow();

        assertThat(peer.refusal(KeySpan.prefix("cilium/cache/")))
                .startsWith("etcdserver: permission denied")
                .contains("remote-east", "cilium/cache/*", "cilium/state/*", "cilium/cluster-config/west");
    }
}
