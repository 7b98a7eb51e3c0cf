/* etcd's messages, from api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto. */
#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { VARINT = 0, BYTES = 2 };

void msg_clear(struct message *m) { m->n = 0; }

static void room(struct message *m, size_t n) {
    if (m->cap < m->n + n) m->p = checked(realloc(m->p, m->cap = (m->n + n) * 2));
}

static void number(struct message *m, uint64_t v) {
    room(m, 10);
    for (; v >= 0x80; v >>= 7) m->p[m->n++] = v | 0x80;
    m->p[m->n++] = v;
}

static void field_number(struct message *m, uint32_t field, uint64_t v) {
    if (v == 0) return;
    number(m, field << 3 | VARINT);
    number(m, v);
}

static void field_bytes(struct message *m, uint32_t field, const void *p, size_t n) {
    number(m, field << 3 | BYTES);
    number(m, n);
    room(m, n);
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static size_t number_n(uint64_t v) {
    size_t n = 1;
    while (v >>= 7) n++;
    return n;
}

static size_t bytes_n(size_t n) { return 1 + number_n(n) + n; }

void msg_put(struct message *m, const void *key, size_t key_n, const void *value, size_t value_n) {
    field_bytes(m, 1, key, key_n);
    field_bytes(m, 2, value, value_n);
}

/* TxnRequest.success (2) = RequestOp.request_put (2) = PutRequest */
void msg_txn_put(struct message *m, const void *key, size_t key_n, const void *value, size_t value_n) {
    size_t put = bytes_n(key_n) + bytes_n(value_n);
    number(m, 2 << 3 | BYTES);
    number(m, bytes_n(put));
    number(m, 2 << 3 | BYTES);
    number(m, put);
    msg_put(m, key, key_n, value, value_n);
}

void msg_range(struct message *m, const void *key, size_t key_n, const void *end, size_t end_n, struct range_options o) {
    field_bytes(m, 1, key, key_n);
    field_bytes(m, 2, end, end_n);
    field_number(m, 3, o.limit);
    field_number(m, 4, o.revision);
    field_number(m, 7, o.serializable);
}

void msg_watch(struct message *m, const char *prefix, int64_t start_revision) {
    struct message create = {0};
    size_t n = strlen(prefix);
    char *end = checked(strdup(prefix));
    end[n - 1]++;
    field_bytes(&create, 1, prefix, n);
    field_bytes(&create, 2, end, n);
    field_number(&create, 3, start_revision);
    field_bytes(m, 1, create.p, create.n);
    free(end);
    free(create.p);
}

void msg_compact(struct message *m, int64_t revision) {
    field_number(m, 1, revision);
    field_number(m, 2, 1); /* physical: answered when it is done */
}

static bool next(const uint8_t **at, const uint8_t *end, uint32_t *field, const uint8_t **p, size_t *n, uint64_t *value) {
    uint64_t tag;
    if (*at >= end || !varint(at, end, &tag)) return false;
    *field = tag >> 3;
    if ((tag & 7) == VARINT) return *p = NULL, varint(at, end, value);
    if ((tag & 7) != BYTES || !varint(at, end, value) || *value > (uint64_t)(end - *at))
        die("the server sent a protobuf message that is malformed");
    *p = *at, *n = *value, *at += *n;
    return true;
}

struct kv kv_read(const uint8_t *at, size_t n) {
    struct kv kv = {0};
    const uint8_t *end = at + n, *p;
    uint32_t field;
    size_t len;
    uint64_t value;
    while (next(&at, end, &field, &p, &len, &value)) {
        if (field == 1) kv.key = p, kv.key_n = len;
        if (field == 3) kv.mod_revision = value;
        if (field == 5) kv.value = p, kv.value_n = len;
    }
    return kv;
}

struct kv kv_of_event(const uint8_t *at, size_t n) {
    struct kv kv = {0};
    bool deleted = false;
    const uint8_t *end = at + n, *p;
    uint32_t field;
    size_t len;
    uint64_t value;
    while (next(&at, end, &field, &p, &len, &value)) {
        if (field == 1) deleted = value == 1;
        if (field == 2) kv = kv_read(p, len);
    }
    kv.deleted = deleted;
    return kv;
}

int64_t header_revision(const uint8_t *at, size_t n) {
    const uint8_t *end = at + n, *p;
    uint32_t field;
    size_t len;
    uint64_t value;
    while (next(&at, end, &field, &p, &len, &value))
        if (field == 3 && !p) return value;
    return 0;
}

void stamp_write(uint8_t *at, uint64_t ns) {
    memcpy(at, "cmts-", 5);
    for (int i = 0; i < 16; i++) at[5 + i] = "0123456789abcdef"[ns >> (60 - 4 * i) & 15];
}

uint8_t *stamp_find(const uint8_t *value, size_t n) {
    uint8_t *at = memmem(value, n, "cmts-", 5);
    return at && n - (at - value) >= STAMP_N ? at : NULL;
}

uint64_t stamp_read(const uint8_t *at) {
    uint64_t ns = 0;
    for (int i = 5; i < STAMP_N; i++) ns = ns << 4 | (at[i] <= '9' ? at[i] - '0' : at[i] - 'a' + 10);
    return ns;
}

void value_fill(uint8_t *value, size_t n) {
    for (size_t i = 0; i < n; i++) value[i] = 'a' + i % 26;
    if (n >= STAMP_N) stamp_write(value, 0);
}
