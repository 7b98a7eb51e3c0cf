package io.clustermesh.nodesync.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSizeTest {

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,251", "3,509", "10,1021", "100,16381", "655,65521", "656,65521", "10000,65521"})
    void shouldTakeTheSmallestPrimeOfAHundredEntriesForEachBackend(int backends, int size) {
        assertThat(TableSize.of(backends)).isEqualTo(size);
        if (size > 1) {
            assertThat(BigInteger.valueOf(size).isProbablePrime(30)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"509,3,251", "251,3,0", "65521,10000,32749", "1,1,0", "16381,9000,0"})
    void shouldStepDownWhileAllBackendsFit(int size, int backends, int smaller) {
        assertThat(TableSize.smaller(size, backends)).isEqualTo(smaller);
    }
}
