package io.clustermesh.e2e.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.model.Keys;
import io.clustermesh.model.ServiceName;
import io.clustermesh.store.kv.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fifty times SIGKILL under load: an etcd, a replica, the owner of a mirror, the publisher. After each, a change must
 * still travel both ways; at the end each copy must equal its source. {@code -Dkill.seed} repeats a run,
 * {@code -Dkill.rounds} makes it shorter or longer.
 */
class KillE2E {

    private static final Duration RECOVERY = Duration.ofSeconds(90);
    private static final int REPLICAS = 2;

    @TempDir
    Path temp;

    private final long seed = Long.getLong("kill.seed", System.nanoTime());
    private final List<AutoCloseable> open = new ArrayList<>();
    private ClusterUnderFire west;
    private ClusterUnderFire east;
    private Load westLoad;
    private Load eastLoad;

    /** What a round kills, and how it comes back. */
    private record Victim(String name, Runnable kill, Runnable revive) {}

    @BeforeEach
    void bringUp() throws IOException {
        System.out.printf("kill.seed=%d%n", seed);
        west = keep(new ClusterUnderFire(temp, "west", 1, REPLICAS));
        east = keep(new ClusterUnderFire(temp, "east", 2, REPLICAS));
        westLoad = keep(new Load(west, 1, seed + 1));
        eastLoad = keep(new Load(east, 2, seed + 2));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    @Test
    @Timeout(900)
    void shouldKeepEveryCopyEqualToItsSourceThroughFiftyKills() throws IOException {
        int rounds = Integer.getInteger("kill.rounds", 50);
        Random random = new Random(seed);
        connectAndStart();

        Map<String, Integer> killed = new TreeMap<>();
        for (int round = 1; round <= rounds; round++) {
            Victim victim = choose(random);
            killed.merge(victim.name().replaceFirst(" \\(.*", ""), 1, Integer::sum);
            long began = System.nanoTime();
            boolean reviveFirst = random.nextBoolean();
            victim.kill().run();
            if (reviveFirst || victim.name().endsWith("etcd")) {
                victim.revive().run();
                changeTravelsBothWays(round, victim);
            } else {
                changeTravelsBothWays(round, victim);
                victim.revive().run();
            }
            System.out.printf(
                    "round %d: %s killed, changes travel again after %d ms%n",
                    round, victim.name(), (System.nanoTime() - began) / 1_000_000);
        }

        westLoad.close();
        eastLoad.close();
        System.out.printf(
                "killed %s; %d and %d changes, %d and %d while etcd was dead%n",
                killed, westLoad.changes(), eastLoad.changes(), westLoad.refused(), eastLoad.refused());
        assertThat(killed.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(rounds);
        assertThat(westLoad.changes()).as("changes under fire").isGreaterThan(rounds);
        orTell(() -> {
            await().atMost(RECOVERY)
                    .ignoreExceptionsInstanceOf(StoreException.class)
                    .untilAsserted(this::assertConverged);
            await().atMost(RECOVERY).until(() -> west.ready() && east.ready());
        });
        assertThat(diedByThemselves()).as("nobody ends but by the test's hand").isEmpty();
    }

    private void connectAndStart() throws IOException {
        west.connectTo(east);
        east.connectTo(west);
        westLoad.start();
        eastLoad.start();
        west.start();
        east.start();
        orTell(() -> await().atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(StoreException.class)
                .until(() -> west.ready() && east.ready()));
        changeTravelsBothWays(0, new Victim("nobody", () -> {}, () -> {}));
    }

    private <T extends AutoCloseable> T keep(T part) {
        open.add(part);
        return part;
    }

    private Victim choose(Random random) {
        ClusterUnderFire cluster = random.nextBoolean() ? west : east;
        ClusterUnderFire peer = cluster == west ? east : west;
        return switch (random.nextInt(4)) {
            case 0 -> new Victim(cluster.name() + "/etcd", cluster.etcd()::down, cluster.etcd()::up);
            case 1 -> leader(cluster, "mirror/" + peer.name(), "the mirror's owner");
            case 2 -> leader(cluster, "publisher", "the publisher");
            default -> {
                KilledProcess replica = cluster.replicas().get(random.nextInt(REPLICAS));
                yield new Victim(replica.name(), replica::kill, replica::start);
            }
        };
    }

    private Victim leader(ClusterUnderFire cluster, String task, String role) {
        Optional<KilledProcess> owner = Optional.ofNullable(await("somebody owns " + task + " of " + cluster.name())
                        .atMost(RECOVERY)
                        .ignoreExceptionsInstanceOf(StoreException.class)
                        .until(() -> cluster.leader(task), Optional::isPresent))
                .flatMap(found -> found);
        KilledProcess replica = owner.orElseThrow();
        return new Victim(
                "%s of %s (%s)".formatted(role, cluster.name(), replica.name()), replica::kill, replica::start);
    }

    private void changeTravelsBothWays(int round, Victim victim) {
        orTell(() -> {
            await("a change of west reaches east after the death of " + victim.name())
                    .atMost(RECOVERY)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsInstanceOf(StoreException.class)
                    .until(() -> travelled(westLoad, east, round));
            await("a change of east reaches west after the death of " + victim.name())
                    .atMost(RECOVERY)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsInstanceOf(StoreException.class)
                    .until(() -> travelled(eastLoad, west, round));
        });
    }

    private static boolean travelled(Load load, ClusterUnderFire reader, int round) {
        load.probe(round);
        return load.probeArrived(reader, round);
    }

    private void assertConverged() {
        assertThat(east.copyOf(west)).as("east's copy of west").isEqualTo(west.said());
        assertThat(west.copyOf(east)).as("west's copy of east").isEqualTo(east.said());
        assertThat(west.throughTheApi()).as("west through its API").isEqualTo(west.inEtcd());
        assertThat(east.throughTheApi()).as("east through its API").isEqualTo(east.inEtcd());
        assertPublished(west, westLoad);
        assertPublished(east, eastLoad);
    }

    /** The source itself is what the manifests say, or two equal copies would prove little. */
    private static void assertPublished(ClusterUnderFire cluster, Load load) {
        Map<String, String> backends = new LinkedHashMap<>();
        load.services()
                .forEach((number, backend) ->
                        backends.put(Keys.service(cluster.name(), new ServiceName("shop", "s" + number)), backend));
        Map<String, String> published = new TreeMap<>(cluster.inEtcd());
        published.keySet().removeIf(key -> !key.startsWith(Keys.STATE + "services/v1/"));
        assertThat(published.keySet())
                .as("services of " + cluster.name())
                .containsExactlyInAnyOrderElementsOf(backends.keySet());
        backends.forEach(
                (key, backend) -> assertThat(published.get(key)).as(key).contains("\"" + backend + "\""));
    }

    private List<String> diedByThemselves() {
        List<KilledProcess> all = new ArrayList<>(west.processes());
        all.addAll(east.processes());
        return all.stream()
                .filter(KilledProcess::diedByItself)
                .map(KilledProcess::name)
                .toList();
    }

    /** A failure comes with the last words of every process. */
    private void orTell(Runnable step) {
        try {
            step.run();
        } catch (ConditionTimeoutException | AssertionError e) {
            StringBuilder words = new StringBuilder();
            west.processes()
                    .forEach(process -> words.append(process.lastWords()).append('\n'));
            east.processes()
                    .forEach(process -> words.append(process.lastWords()).append('\n'));
            throw new AssertionError(e.getMessage() + "\n" + words, e);
        }
    }
}
