/* Watches a prefix: prints a line when it watches, and at the end what came, with the times of the first and the last
   event and the delay since the stamps in the values. Ends after --until events or --seconds. */
#include <string.h>

#include "load.h"

static struct histogram latency;
static uint64_t written, deletes, unstamped, first, newest, opened;

static void event(int watch, struct kv kv) {
    newest = now_ns();
    if (!first) first = newest;
    if (kv.deleted) deletes++;
    else written++;
    uint8_t *stamp = stamp_find(kv.value, kv.value_n);
    uint64_t at = stamp ? stamp_read(stamp) : 0;
    if (at > opened) histogram_add(&latency, newest - at);
    else unstamped++;
}

int follow_main(struct options *o) {
    watch_open(&o->watch, o->prefix, o->revision, event);
    opened = now_ns();
    json_open();
    json_number("watching", opened);
    json_close();
    cpu_start();
    uint64_t end = opened + (o->seconds > 0 ? o->seconds : o->limit_seconds) * 1e9;
    while (now_ns() < end && (o->until == 0 || written + deletes < (uint64_t)o->until)) loop_once(10);
    cpu_stop();
    json_open();
    json_number("puts", written);
    json_number("deletes", deletes);
    json_number("unstamped", unstamped);
    json_number("opened_ns", opened);
    json_number("first_ns", first);
    json_number("last_ns", newest);
    json_number("seconds", (now_ns() - opened) / 1e9);
    json_latency("event", &latency);
    cpu_json();
    json_close();
    return 0;
}
