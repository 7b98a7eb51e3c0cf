package io.clustermesh.apiserver.api;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the streams count; written on event loops, read by anyone. */
final class ApiCounters {

    final AtomicInteger watches = new AtomicInteger();
    final LongAdder cut = new LongAdder();
    final LongAdder batches = new LongAdder();
    final LongAdder encoded = new LongAdder();
    final LongAdder confirmations = new LongAdder();
    final LongAdder answersDelayed = new LongAdder();
    final LongAdder staleReads = new LongAdder();
    final LongAdder passedThrough = new LongAdder();
    final LongAdder writesRefused = new LongAdder();
    final LongAdder floodsRefused = new LongAdder();
    final LongAdder noLeader = new LongAdder();

    /** @param now what waits and flows at this moment */
    ApiStatus.Requests requests(ApiStatus.Now now) {
        return new ApiStatus.Requests(
                now,
                confirmations.sum(),
                staleReads.sum(),
                answersDelayed.sum(),
                passedThrough.sum(),
                writesRefused.sum(),
                floodsRefused.sum(),
                noLeader.sum());
    }

    ApiStatus.Watches snapshot() {
        return new ApiStatus.Watches(watches.get(), cut.sum(), batches.sum(), encoded.sum());
    }
}
