/* Puts, and any number of watchers of their prefix. Either saturated: a put is outstanding until its response is there
   and every watcher has its event, and so many are outstanding at all times (--window), so that no backlog grows and
   nothing is cut off. Or at a fixed rate: then a put counts from the moment at which it was due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static struct options *o;
static struct histogram event_latency, put_latency;
static uint32_t *delivered; /* by watcher */
static int64_t *seen;       /* its newest revision */
static uint64_t events, messages, started, answered, refused;
static int created;
static bool measuring;

static struct conn **clients;
static int *tokens, tokens_n; /* clients that may put, each as often as it has outstanding puts left */

static void sample(struct stream *s, const uint8_t *p, size_t n) {
    struct kv kv = kv_of_event(p, n);
    if (kv.mod_revision <= seen[s->user])
        die("watcher %d got revision %lld after %lld", s->user, (long long)kv.mod_revision, (long long)seen[s->user]);
    seen[s->user] = kv.mod_revision;
    uint8_t *stamp = stamp_find(kv.value, kv.value_n);
    if (measuring && stamp) histogram_add(&event_latency, now_ns() - stamp_read(stamp));
}

static void watch_field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {
    if (number == 11) {
        if (events++ % (uint64_t)o->every == 0) sample(s, p, n);
        delivered[s->user]++;
        s->stamp++; /* events of this message */
    }
    if (number == 3 && value) created++;
    if (number == 4 && value) die("watcher %d was cancelled after %u events", s->user, delivered[s->user]);
}

static void watch_message(struct stream *s) {
    if (s->stamp > 0) messages++;
    s->stamp = 0;
}

static void watch_end(struct stream *s) { die("%s ended the stream of watcher %d after %u events", s->conn->ep->url, s->user, delivered[s->user]); }

static void put_field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {}
static void put_message(struct stream *s) {}

static void put_end(struct stream *s) {
    tokens[tokens_n++] = s->user;
    if (s->messages == 0) { /* an overloaded etcd answers "request timed out", and may apply the put yet */
        refused++;
        return;
    }
    if (measuring) histogram_add(&put_latency, now_ns() - s->stamp);
    answered++;
}

static const struct handler WATCHER = {watch_field, watch_message, watch_end};
static const struct handler PUTTER = {put_field, put_message, put_end};

static void put(uint64_t stamp) {
    static struct message m;
    static uint8_t *value;
    char key[128];
    if (!value) value_fill(value = checked(malloc(o->value_bytes)), o->value_bytes);
    int key_n = snprintf(key, sizeof key, "%s%010llu", o->prefix, (unsigned long long)(started % o->keys));
    int client = tokens[--tokens_n];
    stamp_write(value, stamp);
    msg_clear(&m);
    msg_put(&m, key, key_n, value, o->value_bytes);
    struct stream *s = h2_request(clients[client], PUT, &PUTTER, m.p, m.n, false);
    if (!s) die("client %d has no free stream", client);
    s->user = client;
    s->stamp = stamp;
    started++;
}

static uint32_t slowest(void) {
    uint32_t min = UINT32_MAX;
    for (int i = 0; i < o->watchers; i++)
        if (delivered[i] < min) min = delivered[i];
    return min;
}

static bool window_open(void) {
    static uint32_t min;
    if (o->watchers == 0 || started - refused - min < (uint64_t)o->window) return true;
    min = slowest();
    return started - refused - min < (uint64_t)o->window;
}

static void put_what_is_due(uint64_t begin) {
    if (o->rate == 0) {
        while (tokens_n > 0 && window_open()) put(now_ns());
        return;
    }
    while (tokens_n > 0) {
        uint64_t due = begin + (uint64_t)((double)started * 1e9 / o->rate);
        if (due > now_ns()) return;
        put(due);
    }
}

static void run_until(uint64_t end, uint64_t begin) {
    while (now_ns() < end) {
        put_what_is_due(begin);
        loop_once(10);
    }
}

static void open_all(void) {
    delivered = checked(calloc(o->watchers + 1, sizeof *delivered));
    seen = checked(calloc(o->watchers + 1, sizeof *seen));
    if (o->watchers > 0 && o->connections == 0) o->connections = o->watchers;
    struct conn **conns = checked(calloc(o->connections + 1, sizeof *conns));
    struct message m = {0};
    if (o->watchers > 0) msg_watch(&m, o->prefix, 0);
    for (int i = 0; i < o->watchers; i++) {
        struct conn **c = &conns[i % o->connections];
        if (!*c) *c = conn_open(&o->watch);
        struct stream *s = h2_request(*c, WATCH, &WATCHER, m.p, m.n, true);
        if (!s) die("%d watchers on %d connections are more than %d streams each", o->watchers, o->connections, STREAM_SLOTS);
        s->user = i;
        loop_once(0);
    }
    while (created < o->watchers) loop_once(-1);
    clients = checked(calloc(o->clients, sizeof *clients));
    tokens = checked(calloc(o->clients * o->outstanding, sizeof *tokens));
    for (int i = 0; i < o->clients; i++) clients[i] = conn_open(&o->put);
    for (int i = 0; i < o->clients * o->outstanding; i++) tokens[tokens_n++] = i % o->clients;
}

int fanout_main(struct options *options) {
    o = options;
    if (o->window == 0) o->window = o->clients * o->outstanding;
    open_all();
    if (o->rate > 0) loop_every_ns(1e9 / o->rate);
    uint64_t begin = now_ns();
    run_until(begin + o->warm * 1e9, begin);
    uint64_t e0 = events, m0 = messages, p0 = answered, t0 = now_ns();
    measuring = true;
    cpu_start();
    run_until(t0 + o->seconds * 1e9, begin);
    cpu_stop();
    measuring = false;
    uint64_t e1 = events, m1 = messages, p1 = answered, t1 = now_ns();
    uint64_t limit = t1 + o->limit_seconds * 1e9;
    while (answered + refused < started || (o->watchers > 0 && slowest() < answered)) {
        if (now_ns() > limit)
            die("of %llu puts %llu are answered, %llu refused, and the slowest watcher has %u events, %.0f s after the last put",
                (unsigned long long)started, (unsigned long long)answered, (unsigned long long)refused, slowest(), o->limit_seconds);
        loop_once(10);
    }
    json_open();
    json_number("seconds", (t1 - t0) / 1e9);
    json_number("puts", p1 - p0);
    json_number("refused", refused);
    json_number("events", e1 - e0);
    json_number("messages", m1 - m0);
    json_latency("event", &event_latency);
    json_latency("put", &put_latency);
    cpu_json();
    json_close();
    return 0;
}
