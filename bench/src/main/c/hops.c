/* How long a change takes through several hops, one change at a time, --rate of them a second.
   relay: put into etcd A, watched there, put into etcd B, watched there: what the least mirror must do.
   propagate: a manifest is replaced (or a key put) in A, and its event is awaited at a watcher in B. Each --via
   "NAME URL PREFIX [TLS]" is a watch on the way there, whose events are timed too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

static struct options *o;
static struct histogram latency;
static int change, arrived;
static uint64_t began;
static char mark[64]; /* what the awaited event's value contains */

static void field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {}
static void message(struct stream *s) {}
static void end(struct stream *s) {
    if (s->messages == 0) die("%s refused a put", s->conn->ep->url);
}
static const struct handler PUTTER = {field, message, end};

static void put(struct conn *c, const char *key, const uint8_t *value, size_t n) {
    static struct message m;
    msg_clear(&m);
    msg_put(&m, key, strlen(key), value, n);
    if (!h2_request(c, PUT, &PUTTER, m.p, m.n, false)) die("too many puts are not answered");
}

static bool is_awaited(struct kv kv) { return memmem(kv.value, kv.value_n, mark, strlen(mark)); }

static void at_b(int watch, struct kv kv) {
    if (arrived == change || !is_awaited(kv)) return;
    histogram_add(&latency, now_ns() - began);
    arrived = change;
}

static struct { char name[32], url[128], prefix[128], tls[1024]; struct endpoint ep; int passed; struct histogram latency; } vias[VIAS_MAX];

static void on_the_way(int watch, struct kv kv) {
    if (vias[watch].passed == change || !is_awaited(kv)) return;
    histogram_add(&vias[watch].latency, now_ns() - began);
    vias[watch].passed = change;
}

static void watch_the_way(void) {
    for (int i = 0; i < VIAS_MAX && o->vias[i]; i++) {
        int words = sscanf(o->vias[i], "%31s %127s %127s %1023s", vias[i].name, vias[i].url, vias[i].prefix, vias[i].tls);
        if (words < 3) die("--via wants \"NAME URL PREFIX [TLS]\", not \"%s\"", o->vias[i]);
        vias[i].ep.url = vias[i].url;
        if (words == 4) vias[i].ep.tls = vias[i].tls;
        if (watch_open(&vias[i].ep, vias[i].prefix, 0, on_the_way) != i) die("a watch on the way was not the first");
    }
}

static void run(void (*make)(void)) {
    loop_every_ns(1e6);
    uint64_t start = now_ns(), every = 1e9 / o->rate, due = start;
    for (change = 1; change <= o->changes; change++) {
        while (now_ns() < due) loop_once(-1);
        began = now_ns();
        due = began + every;
        make();
        uint64_t limit = began + o->limit_seconds * 1e9;
        while (arrived != change) {
            loop_once(-1);
            if (now_ns() > limit) die("change %d did not arrive within %.0f s", change, o->limit_seconds);
        }
    }
    json_open();
    json_number("changes", o->changes);
    json_latency("hop", &latency);
    for (int i = 0; i < VIAS_MAX; i++) json_latency(vias[i].name, &vias[i].latency);
    json_close();
}

static struct conn *a, *b;

static void forward(int watch, struct kv kv) { put(b, "bench/relay/b", kv.value, kv.value_n); }

static void put_at_a(void) {
    uint8_t value[400];
    value_fill(value, sizeof value);
    stamp_write(value, began);
    memcpy(mark, value, STAMP_N);
    put(a, "bench/relay/a", value, sizeof value);
}

int relay_main(struct options *options) {
    o = options;
    a = conn_open(&o->put);
    b = conn_open(&o->watch);
    watch_open(&o->put, "bench/relay/a", 0, forward);
    watch_open(&o->watch, "bench/relay/b", 0, at_b);
    run(put_at_a);
    return 0;
}

/* The template with @ADDRESS@ replaced, everywhere. */
static size_t filled(char *out, size_t cap) {
    static char template[8192];
    if (!template[0]) {
        FILE *f = fopen(o->file, "r");
        if (!f || fread(template, 1, sizeof template - 1, f) == 0) die("can't read %s", o->file);
        fclose(f);
    }
    size_t n = 0;
    for (const char *at = template; *at && n + 64 < cap;) {
        if (strncmp(at, "@ADDRESS@", 9) == 0) n += sprintf(out + n, "%s", mark), at += 9;
        else out[n++] = *at++;
    }
    out[n] = 0;
    return n;
}

static void next_address(void) { snprintf(mark, sizeof mark, "10.254.%d.%d", change / 200 % 200 + 1, change % 200 + 1); }

static void replace_manifest(void) {
    char text[16384], temporary[512];
    next_address();
    size_t n = filled(text, sizeof text);
    snprintf(temporary, sizeof temporary, "%s.tmp", o->manifest);
    int fd = open(temporary, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd) < 0 || rename(temporary, o->manifest) < 0)
        die("can't write %s: %s", o->manifest, strerror(errno));
}

static void put_key(void) {
    char text[16384];
    next_address();
    size_t n = filled(text, sizeof text);
    put(a, o->key, (uint8_t *)text, n);
}

int propagate_main(struct options *options) {
    o = options;
    if (!o->manifest) a = conn_open(&o->put);
    watch_the_way();
    watch_open(&o->watch, o->prefix, 0, at_b);
    run(o->manifest ? replace_manifest : put_key);
    return 0;
}
