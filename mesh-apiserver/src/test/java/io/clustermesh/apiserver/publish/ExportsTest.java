package io.clustermesh.apiserver.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clustermesh.model.ExportMode;
import io.clustermesh.store.config.ConfigException;
import io.clustermesh.store.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportsTest {

    private static Exports read(String text) {
        Settings settings = Settings.of(Path.of("mesh-apiserver.yaml"), text);
        return settings.into(() -> Exports.read(settings));
    }

    @Test
    void shouldExportEverythingForAQuarterOfAnHourIfNothingIsSaid() {
        assertThat(read("{}"))
                .isEqualTo(new Exports(ExportMode.SERVICES_AND_SLICES, true, Duration.ofMinutes(15)))
                .isEqualTo(Exports.ALL);
    }

    @ParameterizedTest
    @CsvSource({"services, SERVICES", "both, SERVICES_AND_SLICES", "slices, SLICES"})
    void shouldKnowTheModes(String word, ExportMode mode) {
        assertThat(read("exports: {mode: %s, serviceExports: false}\nleaseTtl: 25s\n".formatted(word)))
                .isEqualTo(new Exports(mode, false, Duration.ofSeconds(25)));
    }

    @Test
    void shouldLeaveNamespacesOutThatDoNotSayIfTold() {
        assertThat(read("exports: {everyNamespace: false}").everyNamespace()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"leaseTtl: 24s", "leaseTtl: 25h", "exports: {mode: endpoints}", "leaseTtl: soon"})
    void shouldRefuseWhatCiliumRefuses(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class);
    }
}
