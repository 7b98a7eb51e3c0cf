/* Writes many keys, as transactions of --batch puts (1: plain puts): numbered ones, or those of a file. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "load.h"

static struct options *o;
static struct histogram latency;
static int outstanding;

/* The file: for each key its length (4 bytes, big endian), itself, the value's length, the value. */
static const uint8_t *file, *file_end;

static void map(void) {
    int fd = open(o->file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) die("can't read %s", o->file);
    file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file == MAP_FAILED) die("can't map %s", o->file);
    file_end = file + st.st_size;
}

static const uint8_t *from_file(size_t *n) {
    uint32_t length;
    memcpy(&length, file, 4);
    *n = ntohl(length);
    const uint8_t *p = file + 4;
    file = p + *n;
    return p;
}

static void add(struct message *m, uint64_t i) {
    static uint8_t *value;
    char name[128];
    const uint8_t *k = (const uint8_t *)name, *v;
    size_t k_n, v_n;
    if (o->file) {
        k = from_file(&k_n);
        v = from_file(&v_n);
    } else {
        if (!value) value_fill(value = checked(malloc(o->value_bytes)), o->value_bytes);
        k_n = snprintf(name, sizeof name, "%s%010llu", o->prefix, (unsigned long long)i);
        v = value, v_n = o->value_bytes;
    }
    if (o->batch == 1) msg_put(m, k, k_n, v, v_n);
    else msg_txn_put(m, k, k_n, v, v_n);
}

static void field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {}
static void message(struct stream *s) {}

static void end(struct stream *s) {
    if (s->messages == 0) die("%s refused a %s", s->conn->ep->url, o->batch == 1 ? "put" : "transaction");
    histogram_add(&latency, now_ns() - s->started);
    outstanding--;
}

static const struct handler HANDLER = {field, message, end};

int fill_main(struct options *options) {
    o = options;
    struct message m = {0};
    if (o->file) map();
    struct conn **conns = checked(calloc(o->clients, sizeof *conns));
    for (int i = 0; i < o->clients; i++) conns[i] = conn_open(&o->put);
    uint64_t total = o->keys, done = 0, request = 0, begin = now_ns();
    cpu_start();
    while (o->file ? file < file_end : done < total) {
        msg_clear(&m);
        for (int i = 0; i < o->batch && (o->file ? file < file_end : done < total); i++) add(&m, done++);
        while (!h2_request(conns[request % o->clients], o->batch == 1 ? PUT : TXN, &HANDLER, m.p, m.n, false)) loop_once(-1);
        request++;
        outstanding++;
        loop_once(0);
        while (outstanding >= o->outstanding * o->clients) loop_once(-1);
    }
    while (outstanding > 0) loop_once(-1);
    cpu_stop();
    double seconds = (now_ns() - begin) / 1e9;
    json_open();
    json_number("keys", done);
    json_number("seconds", seconds);
    json_number("keys_per_s", done / seconds);
    json_latency("request", &latency);
    cpu_json();
    json_close();
    return 0;
}
