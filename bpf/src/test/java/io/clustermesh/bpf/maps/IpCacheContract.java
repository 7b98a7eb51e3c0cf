package io.clustermesh.bpf.maps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.clustermesh.model.Cidr;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.NumericIdentity;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link IpCache} keeps. */
abstract class IpCacheContract {

    private static final IpcacheEntry WORLD = new IpcacheEntry(new NumericIdentity(2), 0);
    private static final IpcacheEntry SHOP = new IpcacheEntry(new NumericIdentity(65_537), 1);
    private static final IpcacheEntry CART = new IpcacheEntry(new NumericIdentity(16_711_937), 255);

    private IpCache cache = new MemoryIpCache(1);

    abstract IpCache openCache();

    @BeforeEach
    void open() {
        cache = openCache();
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private void assertIdentity(String address, IpcacheEntry expected) {
        assertThat(cache.lookup(IpAddress.parse(address))).as(address).contains(expected);
    }

    @Test
    void shouldStartEmpty() {
        assertThat(cache.entries()).isEmpty();
        assertThat(cache.lookup(IpAddress.parse("10.1.2.3"))).isEmpty();
    }

    @Test
    void shouldLetTheLongestPrefixDecide() {
        cache.putAll(Map.of(
                Cidr.parse("0.0.0.0/0"), WORLD,
                Cidr.parse("10.1.0.0/16"), SHOP,
                Cidr.parse("10.1.2.3/32"), CART));

        assertIdentity("10.1.2.3", CART);
        assertIdentity("10.1.2.4", SHOP);
        assertIdentity("10.2.2.4", WORLD);
    }

    @Test
    void shouldLetTheLongestPrefixDecideInIpv6() {
        cache.putAll(Map.of(
                Cidr.parse("::/0"), WORLD,
                Cidr.parse("fd10:1::/32"), SHOP,
                Cidr.parse("fd10:1::5/128"), CART));

        assertIdentity("fd10:1::5", CART);
        assertIdentity("fd10:1::6", SHOP);
        assertIdentity("fd11::1", WORLD);
    }

    @Test
    void shouldKeepFamiliesApart() {
        cache.put(Cidr.parse("::/0"), WORLD);
        assertThat(cache.lookup(IpAddress.parse("10.1.2.3"))).isEmpty();

        cache.put(Cidr.parse("0.0.0.0/0"), SHOP);
        assertIdentity("10.1.2.3", SHOP);
        assertIdentity("fd10::1", WORLD);
        assertThat(cache.entries()).hasSize(2);
    }

    @Test
    void shouldTakeMappedAddressesForIpv4() {
        IpAddress mapped = IpAddress.of(IpAddress.parse("10.1.2.0").mappedBytes());
        cache.put(Cidr.containing(mapped, 120), SHOP);

        assertIdentity("10.1.2.9", SHOP);
        assertThat(cache.lookup(mapped)).contains(SHOP);
        assertThat(cache.entries()).containsOnlyKeys(Cidr.parse("10.1.2.0/24"));
    }

    @Test
    void shouldReplaceAndRemove() {
        Cidr pod = Cidr.parse("10.1.2.3/32");
        cache.put(pod, SHOP);
        cache.put(pod, CART);
        assertIdentity("10.1.2.3", CART);

        cache.removeAll(List.of(pod, pod, Cidr.parse("10.9.0.0/16")));
        assertThat(cache.entries()).isEmpty();
    }

    @Test
    void shouldReadBackWhatWasWrittenInBulk() {
        Map<Cidr, IpcacheEntry> many = new TreeMap<>(IntStream.range(0, 3_000)
                .boxed()
                .collect(Collectors.toMap(
                        n -> Cidr.parse("10.%d.%d.%d/32".formatted(n % 7, n / 250, n % 250)),
                        n -> new IpcacheEntry(new NumericIdentity(256 + n), n % 512))));
        many.put(Cidr.parse("fd10::/64"), SHOP);
        cache.putAll(many);

        assertThat(cache.entries()).isEqualTo(many);
    }

    @Test
    void shouldAgreeWithTheModelAboutAnyAddress() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        IpCache model = new MemoryIpCache(1_000);
        for (int i = 0; i < 400; i++) {
            IpAddress base = IpAddress.of(
                    new byte[] {10, (byte) random.nextInt(3), (byte) random.nextInt(3), (byte) random.nextInt(6)});
            Cidr prefix = Cidr.containing(base, random.nextInt(33));
            if (random.nextInt(4) == 0) {
                model.removeAll(List.of(prefix));
                cache.removeAll(List.of(prefix));
            } else {
                IpcacheEntry entry = new IpcacheEntry(new NumericIdentity(i), random.nextInt(512));
                model.put(prefix, entry);
                cache.put(prefix, entry);
            }
        }

        assertThat(cache.entries()).as("seed " + seed).isEqualTo(model.entries());
        for (int i = 0; i < 400; i++) {
            IpAddress address = IpAddress.of(
                    new byte[] {10, (byte) random.nextInt(4), (byte) random.nextInt(4), (byte) random.nextInt(8)});
            assertThat(cache.lookup(address)).as("%s, seed %d", address, seed).isEqualTo(model.lookup(address));
        }
    }

    @Test
    void shouldRefuseAClusterThatNoMeshHas() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IpcacheEntry(new NumericIdentity(1), 512))
                .withMessageContaining("0..511");
    }
}
