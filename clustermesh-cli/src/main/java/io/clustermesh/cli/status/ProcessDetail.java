package io.clustermesh.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** What a process's own status comes to in a few words. Pure. */
final class ProcessDetail {

    private ProcessDetail() {}

    /** How long ago it last heard from what it depends on. */
    static String lastEvent(String process, JsonNode status) {
        if (process.endsWith("node-sync")) {
            Optional<String> oldest = StreamSupport.stream(
                            status.path("apiserver").path("sources").spliterator(), false)
                    .map(source -> source.path("sinceLastSign"))
                    .filter(JsonNode::isTextual)
                    .max(Comparator.comparing(age -> Duration.parse(age.asText())))
                    .map(AdminView::age);
            return oldest.orElse("-");
        }
        return AdminView.age(status.path("cache").path("feed").path("freshness").path("sinceLastSign"));
    }

    /** What it has. */
    static String of(String process, JsonNode status) {
        if (process.endsWith("node-sync")) {
            JsonNode plane = status.path("dataPlane");
            return "data plane %s, %s services, %s backends in use"
                    .formatted(
                            AdminView.text(plane.path("kind")),
                            AdminView.text(plane.path("used").path("services")),
                            AdminView.text(plane.path("used").path("backends")));
        }
        if (process.endsWith("bgp")) {
            return "AS %s, %s of %s sessions established"
                    .formatted(
                            AdminView.text(status.path("asn")),
                            AdminView.text(status.path("sessions").path("established")),
                            AdminView.text(status.path("sessions").path("neighbors")));
        }
        if (process.equals("identity-allocator")) {
            return "%s identities"
                    .formatted(AdminView.text(status.path("counts").path("allocated")));
        }
        return "etcd revision %s, %s keys"
                .formatted(
                        AdminView.text(status.path("cache").path("revision")),
                        AdminView.text(status.path("cache").path("keys")));
    }
}
