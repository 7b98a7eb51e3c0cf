package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a process's own status comes to in a few words. Pure. */
final class ProcessDetail {

    private ProcessDetail() {}

    /** How long ago it last heard from what it depends on; of several sources, the one that is silent longest. */
    static String lastEvent(JsonNode status, Instant now) {
        List<Duration> ages = new ArrayList<>();
        status.path("apiserver")
                .path("sources")
                .forEach(source ->
                        AdminView.duration(source.path("sinceLastSign")).ifPresent(ages::add));
        AdminView.instant(status.path("cache").path("feed").path("lastHeard"))
                .ifPresent(at -> ages.add(Duration.between(at, now)));
        AdminView.instant(status.path("upkeep").path("lastVerified"))
                .ifPresent(at -> ages.add(Duration.between(at, now)));
        JsonNode events = status.path("events");
        if (ages.isEmpty() && events.size() > 0) {
            AdminView.instant(events.path(events.size() - 1).path("at"))
                    .ifPresent(at -> ages.add(Duration.between(at, now)));
        }
        Optional<Duration> oldest = ages.stream().max(Comparator.naturalOrder());
        return oldest.map(AdminView::age).orElse("-");
    }

    /** What it has. */
    static String of(String process, JsonNode status) {
        if (process.endsWith("node-sync")) {
            JsonNode plane = status.path("dataPlane");
            return "data plane %s, %s frontends, %s backends"
                    .formatted(
                            AdminView.text(plane.path("kind")),
                            AdminView.text(plane.path("used").path("frontends")),
                            AdminView.text(plane.path("used").path("backends")));
        }
        if (process.endsWith("bgp")) {
            JsonNode sessions = status.path("sessions");
            return "AS %s, %s of %s sessions established"
                    .formatted(
                            AdminView.text(status.path("asn")),
                            AdminView.text(sessions.path("established")),
                            AdminView.text(sessions.path("neighbors")));
        }
        if (process.equals("identity-allocator")) {
            return "%s identities"
                    .formatted(AdminView.text(status.path("counts").path("allocated")));
        }
        JsonNode cache = status.path("cache");
        return "etcd revision %s, %s keys"
                .formatted(AdminView.text(cache.path("revision")), AdminView.text(cache.path("keys")));
    }
}
