/* What all modes of the generator share: time, statistics, CPU of servers, results as JSON, etcd's messages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "h2.h"

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *checked(void *allocated);

/* CLOCK_MONOTONIC, which is also Java's System.nanoTime on Linux: stamps of one can be read by the other. */
uint64_t now_ns(void);

/* Reads a protobuf varint at *at, moves *at behind it; false if it does not end before end. */
static inline bool varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    uint64_t v = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t b = *(*at)++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            *value = v;
            return true;
        }
    }
    return false;
}

/* A histogram of nanoseconds with 32 steps in each power of two (3 % wide). */
struct histogram {
    uint64_t counts[64 * 32], n, max;
};
void histogram_add(struct histogram *h, uint64_t ns);
double histogram_us(const struct histogram *h, double quantile);

/* Results: one JSON object on stdout. */
void json_open(void);
void json_number(const char *name, double value);
void json_latency(const char *name, const struct histogram *h); /* <name>_p50_us, _p99_us, _max_us */
void json_close(void);

/* The servers whose CPU is counted (--cpu name=pid,pid...). The generator's own is counted as "generator". */
void cpu_servers(const char *option);
void cpu_start(void);
void cpu_stop(void);
void cpu_json(void); /* <name>_cpu_s */

/* etcd's messages (rpc.proto). A message under construction. */
struct message {
    uint8_t *p;
    size_t n, cap;
};
void msg_clear(struct message *m);
void msg_put(struct message *m, const void *key, size_t key_n, const void *value, size_t value_n);
void msg_txn_put(struct message *m, const void *key, size_t key_n, const void *value, size_t value_n);
struct range_options {
    int64_t limit, revision;
    bool serializable;
};
void msg_range(struct message *m, const void *key, size_t key_n, const void *end, size_t end_n, struct range_options o);
void msg_watch(struct message *m, const char *prefix, int64_t start_revision);
void msg_compact(struct message *m, int64_t revision);

/* An event of a WatchResponse, or a KeyValue of a RangeResponse. */
struct kv {
    const uint8_t *key, *value;
    size_t key_n, value_n;
    int64_t mod_revision;
    bool deleted;
};
struct kv kv_of_event(const uint8_t *p, size_t n);
struct kv kv_read(const uint8_t *p, size_t n);
int64_t header_revision(const uint8_t *p, size_t n);

/* A value carries the time of its put as "cmts-" and 16 hexadecimal digits; stamp_find is NULL if there is none. */
enum { STAMP_N = 21 };
void stamp_write(uint8_t *at, uint64_t ns);
uint8_t *stamp_find(const uint8_t *value, size_t n);
uint64_t stamp_read(const uint8_t *at);
/* a stamp of 0 and as many letters as make n bytes */
void value_fill(uint8_t *value, size_t n);

enum { VIAS_MAX = 3 };
struct options {
    struct endpoint put, watch;
    const char *prefix, *key, *file, *manifest, *vias[VIAS_MAX];
    int watchers, connections, keys, value_bytes, batch, outstanding, clients, window, every, until, changes;
    double rate, warm, seconds, limit_seconds;
    int64_t limit, revision;
    bool serializable;
};
int fanout_main(struct options *o);
int fill_main(struct options *o);
int list_main(struct options *o);
int follow_main(struct options *o);
int relay_main(struct options *o);
int propagate_main(struct options *o);

/* A watch on a connection of its own; returns when the server has created it. on_event gets each event, and the number
   that watch_open returned: 0 for the first. */
int watch_open(struct endpoint *ep, const char *prefix, int64_t start_revision, void (*on_event)(int watch, struct kv kv));
