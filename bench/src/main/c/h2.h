/* An HTTP/2 client for gRPC on one epoll loop: just enough of RFC 9113 to load an etcd v3 API. Requests are sent with
   hand-made HPACK literals; responses are told apart by their DATA, their headers are not decoded. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;
struct conn;

/* What a caller is told of a response. Messages are read field by field as they arrive, never held whole. */
struct handler {
    /* a top-level field of a message: a number (p is NULL), or n bytes at p that are gone after the call */
    void (*field)(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value);
    /* a message is complete */
    void (*message)(struct stream *s);
    /* the server ended the stream; whether it sent a message before is s->messages */
    void (*end)(struct stream *s);
};

struct stream {
    uint32_t id; /* 0: free */
    struct conn *conn;
    const struct handler *handler;
    int user;          /* the caller's */
    uint64_t started;  /* when it was opened, ns */
    uint64_t stamp;    /* the caller's */
    uint32_t messages; /* received so far */
    /* receiving */
    uint8_t head[5];
    uint8_t head_len;
    uint32_t msg_left;
    uint8_t *carry; /* a field that came in pieces */
    uint32_t carry_len, carry_cap;
    uint64_t unreported; /* bytes that the server was not told of yet */
    /* sending */
    uint8_t *body;
    uint32_t body_len, body_off, body_cap;
    int64_t send_window;
    bool end_after_body, waits;
};

/* Where and how: the parts of an option such as --put https://127.0.0.1:2379 --put-tls ca.crt,leaf.crt,leaf.key */
struct endpoint {
    const char *url;
    const char *tls;
    char host[64];
    int port;
    SSL_CTX *ctx;
};

enum { STREAM_SLOTS = 2048 }; /* of one connection; at most so many are open */

struct conn {
    int fd;
    SSL *ssl;
    struct endpoint *ep;
    uint8_t *out;
    size_t out_len, out_off, out_cap;
    bool dirty, wants_write, closed;
    uint8_t *rest; /* a frame that came in pieces */
    size_t rest_len;
    uint32_t next_id;
    int64_t send_window, initial_window;
    uint64_t unreported;
    struct stream *slots;
    struct stream *waiting[STREAM_SLOTS]; /* have body left, wait for window */
    int waiting_n;
};

enum method { RANGE, PUT, TXN, WATCH, COMPACT };

void endpoint_open(struct endpoint *ep);
struct conn *conn_open(struct endpoint *ep);
/* NULL if the connection has too many open streams. keep_open: more messages may follow (h2_message). */
struct stream *h2_request(struct conn *c, enum method m, const struct handler *h, const uint8_t *body, size_t n, bool keep_open);
/* Reads and writes whatever can be, waiting at most timeout_ms; 0 returns at once, -1 waits for ever. */
void loop_once(int timeout_ms);
/* Wakes the loop this often. */
void loop_every_ns(uint64_t ns);
/* Calls handler when fd can be read. */
void loop_watch_fd(int fd, void (*handler)(void));
