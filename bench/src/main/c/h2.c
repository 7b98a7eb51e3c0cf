#include "h2.h"

#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "net.h"

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8 };
enum { FRAME_HEAD = 9, FRAME_MAX = 16384, OUR_WINDOW = 1 << 30, REPORT_AFTER = 1 << 24 };

static const char *const PATHS[] = {
    "/etcdserverpb.KV/Range", "/etcdserverpb.KV/Put", "/etcdserverpb.KV/Txn", "/etcdserverpb.Watch/Watch",
    "/etcdserverpb.KV/Compact",
};

static uint32_t be32(const uint8_t *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

static uint8_t *put_be32(uint8_t *p, uint32_t v) {
    p[0] = v >> 24, p[1] = v >> 16, p[2] = v >> 8, p[3] = v;
    return p + 4;
}

static void frame(struct conn *c, uint32_t length, uint8_t type, uint8_t flags, uint32_t id) {
    uint8_t *p = net_space(c, FRAME_HEAD + length);
    p[0] = length >> 16, p[1] = length >> 8, p[2] = length, p[3] = type, p[4] = flags;
    put_be32(p + 5, id);
    net_advance(c, FRAME_HEAD);
}

static void bytes(struct conn *c, const void *p, size_t n) {
    memcpy(net_space(c, n), p, n);
    net_advance(c, n);
}

static void number_frame(struct conn *c, uint8_t type, uint32_t id, uint32_t value) {
    uint8_t p[4];
    put_be32(p, value);
    frame(c, 4, type, 0, id);
    bytes(c, p, 4);
}

static struct stream *find(struct conn *c, uint32_t id) {
    struct stream *s = &c->slots[id / 2 % STREAM_SLOTS];
    return id != 0 && s->id == id ? s : NULL;
}

static void release(struct stream *s) {
    uint8_t *carry = s->carry, *body = s->body;
    uint32_t carry_cap = s->carry_cap, body_cap = s->body_cap;
    if (s->waits) {
        struct conn *c = s->conn;
        for (int i = 0; i < c->waiting_n; i++)
            if (c->waiting[i] == s) c->waiting[i] = c->waiting[--c->waiting_n];
    }
    memset(s, 0, sizeof *s);
    s->carry = carry, s->carry_cap = carry_cap, s->body = body, s->body_cap = body_cap;
}

/* Sends of the body what both windows allow. True if nothing is left. */
static bool pump(struct stream *s) {
    struct conn *c = s->conn;
    while (s->body_off < s->body_len) {
        int64_t n = s->body_len - s->body_off;
        if (n > FRAME_MAX) n = FRAME_MAX;
        if (n > c->send_window) n = c->send_window;
        if (n > s->send_window) n = s->send_window;
        if (n <= 0) return false;
        bool last = s->body_off + n == s->body_len;
        frame(c, n, DATA, last && s->end_after_body ? END_STREAM : 0, s->id);
        bytes(c, s->body + s->body_off, n);
        s->body_off += n;
        c->send_window -= n;
        s->send_window -= n;
    }
    return true;
}

static void pump_waiting(struct conn *c) {
    for (int i = 0; i < c->waiting_n;) {
        struct stream *s = c->waiting[i];
        if (pump(s)) {
            s->waits = false;
            memmove(&c->waiting[i], &c->waiting[i + 1], sizeof(s) * (--c->waiting_n - i));
        } else {
            i++;
        }
        if (c->send_window <= 0) break;
    }
}

struct stream *h2_request(struct conn *c, enum method m, const struct handler *h, const uint8_t *body, size_t n, bool keep_open) {
    struct stream *s = &c->slots[c->next_id / 2 % STREAM_SLOTS];
    if (s->id != 0 || c->closed) return NULL;
    s->id = c->next_id;
    c->next_id += 2;
    s->conn = c;
    s->handler = h;
    s->started = now_ns();
    s->send_window = c->initial_window;

    /* :method POST, :scheme http(s), then literals without indexing: :path (4), :authority (1), content-type (31), te */
    uint8_t block[256], *p = block;
    *p++ = 0x83;
    *p++ = c->ssl ? 0x87 : 0x86;
    size_t path = strlen(PATHS[m]), host = strlen(c->ep->host);
    *p++ = 0x04, *p++ = path, memcpy(p, PATHS[m], path), p += path;
    *p++ = 0x01, *p++ = host, memcpy(p, c->ep->host, host), p += host;
    *p++ = 0x0f, *p++ = 0x10, *p++ = 16, memcpy(p, "application/grpc", 16), p += 16;
    *p++ = 0x00, *p++ = 2, memcpy(p, "te", 2), p += 2, *p++ = 8, memcpy(p, "trailers", 8), p += 8;
    frame(c, p - block, HEADERS, END_HEADERS, s->id);
    bytes(c, block, p - block);

    if (s->body_cap < n + 5) s->body = checked(realloc(s->body, s->body_cap = n + 5));
    s->body[0] = 0;
    put_be32(s->body + 1, n);
    memcpy(s->body + 5, body, n);
    s->body_len = n + 5, s->body_off = 0, s->end_after_body = !keep_open;
    if (!pump(s)) {
        s->waits = true;
        c->waiting[c->waiting_n++] = s;
    }
    return s;
}

/* The length of the field at p, 0 if more bytes are needed to tell. */
static size_t field_length(const uint8_t *p, size_t n, size_t *head) {
    const uint8_t *at = p, *end = p + n;
    uint64_t tag, v;
    if (!varint(&at, end, &tag)) return 0;
    switch (tag & 7) {
    case 0:
        if (!varint(&at, end, &v)) return 0;
        *head = 0;
        return at - p;
    case 1: *head = 0; return at - p + 8;
    case 5: *head = 0; return at - p + 4;
    case 2:
        if (!varint(&at, end, &v)) return 0;
        *head = at - p;
        return at - p + v;
    default: die("the server sent a protobuf message that is malformed (tag %u)", (unsigned)tag);
    }
}

static void give(struct stream *s, const uint8_t *p, size_t length, size_t head) {
    const uint8_t *at = p;
    uint64_t tag, value = 0;
    varint(&at, p + length, &tag);
    if ((tag & 7) == 2) {
        s->handler->field(s, tag >> 3, p + head, length - head, 0);
    } else {
        if ((tag & 7) == 0) varint(&at, p + length, &value);
        s->handler->field(s, tag >> 3, NULL, 0, value);
    }
}

static void keep(struct stream *s, const uint8_t *p, size_t n) {
    if (s->carry_cap < s->carry_len + n) s->carry = checked(realloc(s->carry, s->carry_cap = (s->carry_len + n) * 2));
    memcpy(s->carry + s->carry_len, p, n);
    s->carry_len += n;
}

static void fields(struct stream *s, const uint8_t *p, size_t n) {
    size_t head = 0, length;
    while (n > 0 && s->carry_len > 0) {
        length = field_length(s->carry, s->carry_len, &head);
        size_t want = length == 0 ? 1 : length - s->carry_len;
        if (want > n) want = n;
        keep(s, p, want);
        p += want, n -= want;
        length = field_length(s->carry, s->carry_len, &head);
        if (length != 0 && length == s->carry_len) {
            s->carry_len = 0;
            give(s, s->carry, length, head);
        }
    }
    while (n > 0) {
        length = field_length(p, n, &head);
        if (length == 0 || length > n) {
            keep(s, p, n);
            return;
        }
        give(s, p, length, head);
        p += length, n -= length;
    }
}

static void data(struct stream *s, const uint8_t *p, size_t n) {
    while (n > 0) {
        if (s->head_len < 5) {
            s->head[s->head_len++] = *p++;
            n--;
            if (s->head_len < 5) continue;
            if (s->head[0] != 0) die("%s answered with a compressed message, which was not asked for", s->conn->ep->url);
            s->msg_left = be32(s->head + 1);
        }
        size_t take = s->msg_left < n ? s->msg_left : n;
        fields(s, p, take);
        p += take, n -= take, s->msg_left -= take;
        if (s->msg_left == 0) {
            s->head_len = 0;
            s->messages++;
            s->handler->message(s);
        }
    }
}

static void ended(struct stream *s) {
    s->handler->end(s);
    release(s);
}

static void report(struct conn *c, struct stream *s, uint32_t n) {
    if ((c->unreported += n) >= REPORT_AFTER) {
        number_frame(c, WINDOW_UPDATE, 0, c->unreported);
        c->unreported = 0;
    }
    if (s && (s->unreported += n) >= REPORT_AFTER) {
        number_frame(c, WINDOW_UPDATE, s->id, s->unreported);
        s->unreported = 0;
    }
}

static void settings(struct conn *c, const uint8_t *p, uint32_t n) {
    for (; n >= 6; p += 6, n -= 6) {
        if ((p[0] << 8 | p[1]) == 4) { /* INITIAL_WINDOW_SIZE, also for streams that are open */
            int64_t change = (int64_t)be32(p + 2) - c->initial_window;
            c->initial_window += change;
            for (int i = 0; i < STREAM_SLOTS; i++)
                if (c->slots[i].id) c->slots[i].send_window += change;
        }
    }
    frame(c, 0, SETTINGS, ACK, 0);
    pump_waiting(c);
}

static void take(struct conn *c, uint8_t type, uint8_t flags, uint32_t id, const uint8_t *p, uint32_t n) {
    struct stream *s = find(c, id);
    switch (type) {
    case DATA:
        if (flags & PADDED) die("%s pads its frames, which this client does not understand", c->ep->url);
        report(c, s, n);
        if (s) data(s, p, n);
        if (s && flags & END_STREAM) ended(s);
        break;
    case HEADERS:
        if (s && flags & END_STREAM) ended(s);
        break;
    case RST_STREAM:
        if (s && be32(p) != 0) die("%s reset a stream with error %u", c->ep->url, be32(p));
        if (s) ended(s);
        break;
    case SETTINGS:
        if (!(flags & ACK)) settings(c, p, n);
        break;
    case PING:
        if (!(flags & ACK)) frame(c, 8, PING, ACK, 0), bytes(c, p, 8);
        break;
    case GOAWAY: die("%s ends the connection (GOAWAY, error %u: %.*s)", c->ep->url, be32(p + 4), (int)n - 8, p + 8);
    case WINDOW_UPDATE:
        if (id == 0) c->send_window += be32(p);
        if (s) s->send_window += be32(p);
        pump_waiting(c);
        break;
    default: break;
    }
}

size_t h2_input(struct conn *c, const uint8_t *p, size_t n) {
    size_t used = 0;
    while (n - used >= FRAME_HEAD) {
        const uint8_t *f = p + used;
        uint32_t length = f[0] << 16 | f[1] << 8 | f[2];
        if (n - used < FRAME_HEAD + length) break;
        take(c, f[3], f[4], be32(f + 5) & 0x7fffffff, f + FRAME_HEAD, length);
        used += FRAME_HEAD + length;
    }
    return used;
}

void h2_start(struct conn *c) {
    c->slots = checked(calloc(STREAM_SLOTS, sizeof *c->slots));
    c->next_id = 1;
    c->send_window = c->initial_window = 65535;
    bytes(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
    uint8_t setting[12] = {0, 2, 0, 0, 0, 0, 0, 4}; /* ENABLE_PUSH 0, INITIAL_WINDOW_SIZE */
    put_be32(setting + 8, OUR_WINDOW);
    frame(c, 12, SETTINGS, 0, 0);
    bytes(c, setting, 12);
    number_frame(c, WINDOW_UPDATE, 0, OUR_WINDOW - 65535);
}
