/* Lists numbered keys in pages as Cilium's client does: at the revision of the first answer, ascending by key. That is
   etcd's order unasked, and etcd's Go client strips the wish from the request, since a server asked to sort (3.4: any
   order) reads the whole range for each page. With --every K only each K-th page is read, at its true place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static struct options *o;
static struct histogram latency;
static int64_t revision;
static uint64_t keys, in_page;
static char last[256];
static size_t last_n;
static bool ended;

static void field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {
    if (number == 1 && revision == 0) revision = header_revision(p, n);
    if (number != 2) return;
    struct kv kv = kv_read(p, n);
    if (kv.key_n >= sizeof last) die("a key of %zu bytes", kv.key_n);
    size_t shorter = kv.key_n < last_n ? kv.key_n : last_n;
    int order = memcmp(kv.key, last, shorter);
    if (order < 0 || (order == 0 && kv.key_n <= last_n)) die("key %.*s came after %.*s", (int)kv.key_n, kv.key, (int)last_n, last);
    memcpy(last, kv.key, last_n = kv.key_n);
    in_page++;
}

static void message(struct stream *s) {}

static void end(struct stream *s) {
    if (s->messages == 0) die("%s refused a range", s->conn->ep->url);
    ended = true;
}

static const struct handler HANDLER = {field, message, end};

static void page(struct conn *c, const void *key, size_t key_n, int64_t limit) {
    static struct message m;
    char to[128];
    size_t to_n = snprintf(to, sizeof to, "%s", o->prefix);
    to[to_n - 1]++;
    in_page = 0;
    ended = false;
    msg_clear(&m);
    msg_range(&m, key, key_n, to, to_n, (struct range_options){limit, revision, o->serializable});
    uint64_t begin = now_ns();
    h2_request(c, RANGE, &HANDLER, m.p, m.n, false);
    while (!ended) loop_once(-1);
    histogram_add(&latency, now_ns() - begin);
}

int list_main(struct options *options) {
    o = options;
    struct conn *c = conn_open(&o->watch);
    char key[300];
    size_t key_n = snprintf(key, sizeof key, "%s", o->prefix);
    page(c, key, key_n, 1); /* pins the revision; not counted */
    memset(&latency, 0, sizeof latency);
    last_n = 0;
    uint64_t pages = 0, all = (o->keys + o->limit - 1) / o->limit, begin = now_ns();
    cpu_start();
    for (uint64_t i = o->every / 2; o->every > 1 ? i < all : true; i += o->every) {
        if (o->every > 1) key_n = snprintf(key, sizeof key, "%s%010llu", o->prefix, (unsigned long long)(i * o->limit));
        page(c, key, key_n, o->limit);
        pages++;
        keys += in_page;
        if (o->every == 1 && in_page < (uint64_t)o->limit) break;
        memcpy(key, last, last_n);
        key[last_n] = 0;
        key_n = last_n + 1;
    }
    cpu_stop();
    double seconds = (now_ns() - begin) / 1e9;
    if (o->every == 1 && keys != (uint64_t)o->keys) die("%llu keys listed, not %d", (unsigned long long)keys, o->keys);
    json_open();
    json_number("pages", pages);
    json_number("pages_of_all", all);
    json_number("keys", keys);
    json_number("seconds", seconds);
    json_number("keys_per_s", keys / seconds);
    json_latency("page", &latency);
    cpu_json();
    json_close();
    return 0;
}
