package io.clustermesh.store.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.clustermesh.model.Cidr;
import io.clustermesh.model.ClusterId;
import io.clustermesh.model.ClusterName;
import io.clustermesh.model.IpAddress;
import io.clustermesh.model.L4;
import io.clustermesh.model.LabelSet;
import io.clustermesh.model.NumericIdentity;
import io.clustermesh.model.ServiceName;
import io.clustermesh.store.kv.Revision;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The JSON of the admin API: records by their components, identifiers and times as their text, an absent value as null.
 */
public final class AdminJson {

    private static final List<Class<?>> AS_TEXT = List.of(
            Instant.class,
            Duration.class,
            Path.class,
            Cidr.class,
            ClusterName.class,
            IpAddress.class,
            L4.class,
            LabelSet.class,
            ServiceName.class);

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(module())
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private AdminJson() {}

    /** Shared by those who read what this API wrote; nobody may change its configuration. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a view returned a %s that has no JSON form".formatted(value.getClass()), e);
        }
    }

    @SuppressWarnings("rawtypes")
    private static SimpleModule module() {
        SimpleModule module = new SimpleModule("clustermesh-admin");
        AS_TEXT.forEach(type -> module.addSerializer(type, ToStringSerializer.instance));
        module.addSerializer(ClusterId.class, new NumberSerializer<>(ClusterId.class, ClusterId::value));
        module.addSerializer(
                NumericIdentity.class, new NumberSerializer<>(NumericIdentity.class, NumericIdentity::value));
        module.addSerializer(Revision.class, new NumberSerializer<>(Revision.class, Revision::value));
        module.addSerializer(Optional.class, new StdSerializer<Optional>(Optional.class) {
            private static final long serialVersionUID = 1L;

            @Override
            public void serialize(Optional value, JsonGenerator out, SerializerProvider provider) throws IOException {
                if (value.isPresent()) {
                    provider.defaultSerializeValue(value.get(), out);
                } else {
                    out.writeNull();
                }
            }
        });
        return module;
    }

    private static final class NumberSerializer<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient ToLongFunction<T> number;

        NumberSerializer(Class<T> type, ToLongFunction<T> number) {
            super(type);
            this.number = number;
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(number.applyAsLong(value));
        }
    }
}
