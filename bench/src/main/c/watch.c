/* Watches that a mode opens for itself, one event after the other to a callback. */
#include <string.h>

#include "load.h"

enum { WATCHES_MAX = 4 };
static void (*callbacks[WATCHES_MAX])(int watch, struct kv kv);
static bool created[WATCHES_MAX];
static int watches;

static void field(struct stream *s, uint32_t number, const uint8_t *p, size_t n, uint64_t value) {
    if (number == 3 && value) created[s->user] = true;
    if (number == 4 && value) die("%s cancelled the watch", s->conn->ep->url);
    if (number == 11) callbacks[s->user](s->user, kv_of_event(p, n));
}

static void message(struct stream *s) {}

static void end(struct stream *s) { die("%s ended the watch (refused, or stopped)", s->conn->ep->url); }

static const struct handler HANDLER = {field, message, end};

int watch_open(struct endpoint *ep, const char *prefix, int64_t start_revision, void (*on_event)(int watch, struct kv kv)) {
    struct message m = {0};
    int which = watches++;
    if (which == WATCHES_MAX) die("too many watches in one mode");
    callbacks[which] = on_event;
    msg_watch(&m, prefix, start_revision);
    h2_request(conn_open(ep), WATCH, &HANDLER, m.p, m.n, true)->user = which;
    while (!created[which]) loop_once(-1);
    return which;
}
