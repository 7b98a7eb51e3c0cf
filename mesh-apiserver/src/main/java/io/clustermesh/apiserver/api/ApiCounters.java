package io.clustermesh.apiserver.api;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the streams count; written on event loops, read by anyone. */
final class ApiCounters {

    final AtomicInteger watches = new AtomicInteger();
    final LongAdder cut = new LongAdder();
    final LongAdder batches = new LongAdder();
    final LongAdder encoded = new LongAdder();

    ApiStatus.Watches snapshot() {
        return new ApiStatus.Watches(watches.get(), cut.sum(), batches.sum(), encoded.sum());
    }
}
