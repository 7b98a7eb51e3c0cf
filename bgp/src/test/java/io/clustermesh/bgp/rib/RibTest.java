package io.clustermesh.bgp.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.clustermesh.bgp.packet.AsPath;
import io.clustermesh.bgp.packet.Asn;
import io.clustermesh.bgp.packet.Community;
import io.clustermesh.bgp.packet.Message.Update;
import io.clustermesh.bgp.packet.PathAttributes;
import io.clustermesh.bgp.packet.PathAttributes.Origin;
import io.clustermesh.bgp.packet.RouterId;
import io.clustermesh.bgp.rib.ImportPolicy.Refusal;
import io.clustermesh.bgp.rib.ImportResult.Refused;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.IpAddress.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RibTest {

    private static final Asn OWN = new Asn(65000);
    private static final Cidr OWN_BLOCK = Cidr.parse("10.0.0.0/24");
    private static final Cidr BLOCK = Cidr.parse("10.1.1.0/24");
    private static final Cidr BLOCK6 = Cidr.parse("fd10:1::/64");
    private static final NextHops SELF =
            new NextHops(Optional.of(IpAddress.parse("172.30.1.1")), Optional.of(IpAddress.parse("fd30:1::1")));
    private static final Peer ONE = peer(1);
    private static final Peer TWO = peer(2);

    private final Rib rib = rib(100);

    @Test
    void shouldTellItsOwnBlocksWithItselfAsNextHop() {
        rib.add(ONE);

        List<Update> told = rib.outbound(ONE.address(), 10);

        assertThat(told).first().satisfies(update -> {
            assertThat(update.announced().getFirst().prefixes()).containsExactly(OWN_BLOCK);
            assertThat(update.announced().getFirst().nextHop()).isEqualTo(IpAddress.parse("172.30.1.1"));
            assertThat(update.attributes().orElseThrow().asPath()).isEqualTo(AsPath.of(OWN));
        });
        assertThat(told.subList(1, told.size()))
                .containsExactlyInAnyOrder(Update.endOfRib(Family.IPV4), Update.endOfRib(Family.IPV6));
        assertThat(rib.outbound(ONE.address(), 10)).isEmpty();
    }

    @Test
    void shouldPassOnWhatItLearnsButNotBack() {
        up(ONE, TWO);

        ImportResult result = rib.receive(ONE.address(), announce(BLOCK, 65001));

        assertThat(result.changes())
                .singleElement()
                .satisfies(change -> assertThat(change.now()).isPresent());
        assertThat(rib.outbound(ONE.address(), 10)).isEmpty();
        assertThat(rib.outbound(TWO.address(), 10)).singleElement().satisfies(update -> {
            assertThat(update.attributes().orElseThrow().asPath()).isEqualTo(AsPath.of(OWN, new Asn(65001)));
            assertThat(update.attributes().orElseThrow().med()).isEmpty();
        });
        assertThat(rib.advertised(TWO.address(), Family.IPV4)).isEqualTo(2);
    }

    @Test
    void shouldTellIpv6WithItsOwnNextHop() {
        up(ONE, TWO);

        rib.receive(ONE.address(), announce(BLOCK6, 65001));

        assertThat(rib.outbound(TWO.address(), 10))
                .singleElement()
                .satisfies(update ->
                        assertThat(update.announced().getFirst().nextHop()).isEqualTo(IpAddress.parse("fd30:1::1")));
    }

    @Test
    void shouldTakeBackWhatIsWithdrawn() {
        up(ONE, TWO);
        rib.receive(ONE.address(), announce(BLOCK, 65001));
        rib.outbound(TWO.address(), 10);

        ImportResult result = rib.receive(ONE.address(), Update.withdraw(List.of(BLOCK)));

        assertThat(result.changes()).containsExactly(new BestChange(BLOCK, Optional.empty()));
        assertThat(rib.outbound(TWO.address(), 10)).containsExactly(Update.withdraw(List.of(BLOCK)));
    }

    @Test
    void shouldSayNothingAboutWhatCameAndWent() {
        up(ONE, TWO);

        rib.receive(ONE.address(), announce(BLOCK, 65001));
        rib.receive(ONE.address(), Update.withdraw(List.of(BLOCK)));

        assertThat(rib.outbound(TWO.address(), 10)).isEmpty();
    }

    @Test
    void shouldForgetALostNeighboursRoutesAndUseTheOthers() {
        up(ONE, TWO);
        rib.receive(ONE.address(), announce(BLOCK, 65001));
        rib.receive(TWO.address(), announce(BLOCK, 65002, 65009));

        List<BestChange> changes = rib.remove(ONE.address());

        assertThat(changes)
                .singleElement()
                .satisfies(change ->
                        assertThat(change.now().orElseThrow().gateway()).contains(TWO.address()));
        assertThat(rib.remove(TWO.address())).containsExactly(new BestChange(BLOCK, Optional.empty()));
        assertThat(rib.remove(TWO.address())).isEmpty();
    }

    @Test
    void shouldPreferTheShorterPathThenTheLowerRouterId() {
        up(ONE, TWO);
        rib.receive(ONE.address(), announce(BLOCK, 65001, 65009));
        rib.receive(TWO.address(), announce(BLOCK, 65002));
        assertThat(teller(BLOCK)).isEqualTo(TWO);

        rib.receive(ONE.address(), announce(BLOCK, 65001));

        assertThat(teller(BLOCK)).isEqualTo(ONE);
    }

    @Test
    void shouldRefuseWhatNobodyMaySay() {
        rib.add(ONE);

        assertThat(refusal(announce(BLOCK, 65001, 65000))).contains(Refusal.AS_LOOP);
        assertThat(refusal(announce(BLOCK, 65009))).contains(Refusal.NOT_FROM_NEIGHBOUR);
        assertThat(refusal(announce(Cidr.parse("0.0.0.0/0"), 65001))).contains(Refusal.DEFAULT_ROUTE);
        assertThat(refusal(announce(Cidr.parse("::/0"), 65001))).contains(Refusal.DEFAULT_ROUTE);
        assertThat(refusal(announce(Cidr.parse("10.0.0.128/25"), 65001))).contains(Refusal.OWN_PREFIX);
        assertThat(refusal(announce(Cidr.parse("10.0.0.0/8"), 65001))).contains(Refusal.OWN_PREFIX);
        assertThat(refusal(announce(Cidr.parse("127.0.0.0/8"), 65001))).contains(Refusal.MARTIAN);
        assertThat(refusal(announce(Cidr.parse("fe80::/64"), 65001))).contains(Refusal.MARTIAN);
        assertThat(refusal(Update.announce(attributes(65001), IpAddress.parse("172.30.1.1"), List.of(BLOCK))))
                .contains(Refusal.BAD_NEXT_HOP);
        assertThat(rib.size()).isEqualTo(1);
        assertThat(refusal(announce(BLOCK, 65001))).isEmpty();
        assertThat(rib.size()).isEqualTo(2);
    }

    @Test
    void shouldReplaceABelievedRouteByItsRefusedSuccessor() {
        rib.add(ONE);
        rib.receive(ONE.address(), announce(BLOCK, 65001));

        ImportResult result = rib.receive(ONE.address(), announce(BLOCK, 65001, 65000));

        assertThat(result.changes()).containsExactly(new BestChange(BLOCK, Optional.empty()));
        assertThat(rib.received(ONE.address(), Family.IPV4)).isEqualTo(1);
        assertThat(rib.accepted(ONE.address(), Family.IPV4)).isZero();
    }

    @Test
    void shouldTellWhenThereAreTooMany() {
        Rib small = rib(2);
        small.add(ONE);
        List<Cidr> three = List.of(BLOCK, Cidr.parse("10.1.2.0/24"), Cidr.parse("10.1.3.0/24"));

        ImportResult result = small.receive(ONE.address(), Update.announce(attributes(65001), ONE.address(), three));

        assertThat(result.overLimit()).isTrue();
    }

    @Test
    void shouldKeepMarkedRoutesToItself() {
        up(ONE, TWO);
        PathAttributes marked = new PathAttributes(
                Origin.IGP, AsPath.of(new Asn(65001)), OptionalLong.empty(), List.of(Community.NO_EXPORT), List.of());

        rib.receive(ONE.address(), Update.announce(marked, ONE.address(), List.of(BLOCK)));

        assertThat(rib.outbound(TWO.address(), 10)).isEmpty();
        assertThat(rib.size()).isEqualTo(2);
    }

    @Test
    void shouldTellInPartsAndMarkTheEndOnce() {
        rib.add(ONE);
        for (int i = 0; i < 50; i++) {
            rib.receive(ONE.address(), announce(Cidr.parse("10.1.%d.0/24".formatted(i)), 65001));
        }
        rib.add(TWO);
        List<Update> all = new ArrayList<>();
        while (rib.pending(TWO.address())) {
            List<Update> part = rib.outbound(TWO.address(), 7);
            assertThat(part.stream()
                            .flatMap(update -> update.announced().stream())
                            .flatMap(announcement -> announcement.prefixes().stream()))
                    .hasSizeLessThanOrEqualTo(7);
            all.addAll(part);
        }

        assertThat(all.stream().filter(u -> u.endOfRib().isPresent())).hasSize(2);
        assertThat(all.getLast().endOfRib()).as("after everything else").isPresent();
    }

    /** Whatever happens in whatever order: neighbours know exactly the exports of the best routes. */
    @Test
    void shouldKeepNeighboursInStepThroughAnyHistory() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Peer> peers = List.of(peer(1), peer(2), peer(3));
        Map<IpAddress, Map<Cidr, Asn>> known = new TreeMap<>();
        for (int step = 0; step < 3000; step++) {
            Peer peer = peers.get(random.nextInt(3));
            Cidr prefix = Cidr.parse("10.1.%d.0/24".formatted(random.nextInt(12)));
            if (!known.containsKey(peer.address())) {
                rib.add(peer);
                known.put(peer.address(), new TreeMap<>());
            } else if (random.nextInt(40) == 0) {
                rib.remove(peer.address());
                known.remove(peer.address());
            } else if (random.nextInt(3) == 0) {
                rib.receive(peer.address(), Update.withdraw(List.of(prefix)));
            } else {
                rib.receive(peer.address(), announceBy(peer, prefix, random.nextInt(3)));
            }
            if (random.nextInt(5) == 0) {
                known.forEach((address, routes) -> learn(routes, rib.outbound(address, 3)));
            }
        }
        known.forEach((address, routes) -> {
            while (rib.pending(address)) {
                learn(routes, rib.outbound(address, 1000));
            }
            Map<Cidr, Asn> expected = new TreeMap<>();
            for (Route route : rib.bestRoutes()) {
                boolean theirs = route instanceof Route.Learned learned
                        && learned.from().address().equals(address);
                if (!theirs) {
                    expected.put(
                            route.prefix(), route.attributes().asPath().first().orElse(OWN));
                }
            }
            assertThat(routes).as("seed %d", seed).isEqualTo(expected);
        });
    }

    private static void learn(Map<Cidr, Asn> known, List<Update> updates) {
        for (Update update : updates) {
            update.withdrawn().forEach(known::remove);
            update.announced()
                    .forEach(a -> a.prefixes().forEach(p -> {
                        List<Asn> path = update.attributes()
                                .orElseThrow()
                                .asPath()
                                .segments()
                                .getFirst()
                                .systems();
                        known.put(p, path.size() > 1 ? path.get(1) : OWN);
                    }));
        }
    }

    private static Update announceBy(Peer peer, Cidr prefix, int extra) {
        long[] path = new long[1 + extra];
        Arrays.fill(path, 64000);
        path[0] = peer.asn().value();
        return Update.announce(attributes(path), peer.address(), List.of(prefix));
    }

    private void up(Peer... peers) {
        for (Peer peer : peers) {
            rib.add(peer);
            rib.outbound(peer.address(), 100);
        }
    }

    private Optional<Refusal> refusal(Update update) {
        return rib.receive(ONE.address(), update).refused().stream()
                .map(Refused::rule)
                .findFirst();
    }

    private Peer teller(Cidr prefix) {
        return rib.bestRoutes().stream()
                .filter(r -> r.prefix().equals(prefix))
                .map(r -> ((Route.Learned) r).from())
                .findFirst()
                .orElseThrow();
    }

    private static Update announce(Cidr prefix, long... path) {
        String hop = (prefix.base().family() == Family.IPV4 ? "172.30.1.1" : "fd30:1::1") + path[0] % 10;
        return Update.announce(attributes(path), IpAddress.parse(hop), List.of(prefix));
    }

    private static PathAttributes attributes(long... path) {
        return new PathAttributes(
                Origin.IGP,
                AsPath.of(Arrays.stream(path).mapToObj(Asn::new).toArray(Asn[]::new)),
                OptionalLong.of(5),
                List.of(),
                List.of());
    }

    private static Peer peer(int n) {
        return new Peer(
                IpAddress.parse("172.30.1.1" + n),
                new Asn(65000 + n),
                RouterId.parse("10.255.0." + n),
                Set.of(Family.IPV4, Family.IPV6),
                SELF);
    }

    private static Rib rib(int maxPrefixes) {
        return new Rib(
                new ImportPolicy(OWN, List.of(OWN_BLOCK), Set.of(IpAddress.parse("172.30.1.1")), false, maxPrefixes),
                new ExportPolicy(OWN));
    }
}
