package io.clustermesh.bench.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What the load generator, or a fleet of peers, said: one JSON object of numbers. */
public final class Measured {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode values;

    private Measured(JsonNode values) {
        this.values = values;
    }

    /** Reads one line. */
    public static Measured parse(String line) {
        try {
            return new Measured(JSON.readTree(line));
        } catch (JsonProcessingException e) {
            throw new BenchFailed(
                    "\"%s\" is no JSON object; the generator and this bench must be of one build".formatted(line), e);
        }
    }

    /** Whether there is a number called {@code name}. */
    public boolean has(String name) {
        return values.path(name).isNumber();
    }

    /** The number called {@code name}. */
    public double get(String name) {
        JsonNode value = values.path(name);
        if (!value.isNumber()) {
            throw new BenchFailed("there is no \"%s\" in %s; the run was too short to see any".formatted(name, values));
        }
        return value.asDouble();
    }

    /** CPU of the server called {@code name} for each {@code unit}, in microseconds. */
    public double cpuMicrosPer(String unit, String name) {
        return get(name + "_cpu_s") * 1e6 / get(unit);
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
