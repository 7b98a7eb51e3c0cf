#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "load.h"

enum { READ_SIZE = 256 * 1024, FRAME_SPACE = 32 * 1024 };

static int epfd = -1, timer = -1;
static uint8_t *input; /* one for all connections: there is one thread */
static struct conn **dirty;
static size_t dirty_n, dirty_cap;
static struct { int fd; void (*handler)(void); } others[4];
static int others_n;

uint8_t *net_space(struct conn *c, size_t n) {
    if (c->out_off == c->out_len) c->out_off = c->out_len = 0;
    if (c->out_cap - c->out_len < n) c->out = checked(realloc(c->out, c->out_cap = (c->out_len + n) * 2));
    return c->out + c->out_len;
}

void net_advance(struct conn *c, size_t n) {
    c->out_len += n;
    if (!c->dirty) {
        if (dirty_n == dirty_cap) dirty = checked(realloc(dirty, sizeof *dirty * (dirty_cap = dirty_cap * 2 + 64)));
        dirty[dirty_n++] = c;
        c->dirty = true;
    }
}

static void tls_die(const char *what, const char *which) {
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    die("%s %s: %s", what, which, text);
}

void endpoint_open(struct endpoint *ep) {
    bool tls = strncmp(ep->url, "https://", 8) == 0;
    const char *at = ep->url + (tls ? 8 : 7);
    const char *colon = strrchr(at, ':');
    if ((!tls && strncmp(ep->url, "http://", 7) != 0) || !colon || colon - at >= (int)sizeof ep->host)
        die("endpoint %s is not of the form http(s)://address:port", ep->url);
    memcpy(ep->host, at, colon - at);
    ep->port = atoi(colon + 1);
    if (!tls || ep->ctx) return;
    if (!ep->tls) die("endpoint %s needs --...-tls CA,CERTIFICATE,KEY", ep->url);
    char *files = checked(strdup(ep->tls)), *rest = files;
    char *ca = strsep(&rest, ","), *certificate = strsep(&rest, ","), *key = rest;
    if (!key) die("\"%s\" does not name three files CA,CERTIFICATE,KEY", ep->tls);
    ep->ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(ep->ctx, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(ep->ctx, ca, NULL) != 1) tls_die("can't use the CA", ca);
    if (SSL_CTX_use_certificate_chain_file(ep->ctx, certificate) != 1) tls_die("can't use the certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(ep->ctx, key, SSL_FILETYPE_PEM) != 1) tls_die("can't use the key", key);
    SSL_CTX_set_alpn_protos(ep->ctx, (const uint8_t *)"\2h2", 3);
    SSL_CTX_set_mode(ep->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    free(files);
}

static void loop_open(void) {
    if (epfd >= 0) return;
    epfd = epoll_create1(0);
    input = checked(malloc(READ_SIZE + FRAME_SPACE));
}

struct conn *conn_open(struct endpoint *ep) {
    loop_open();
    endpoint_open(ep);
    struct conn *c = checked(calloc(1, sizeof *c));
    c->ep = ep;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(ep->port)};
    if (inet_pton(AF_INET, ep->host, &to.sin_addr) != 1) die("endpoint %s does not name an IPv4 address", ep->url);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("no more sockets: %s; raise the limit of open files (ulimit -n)", strerror(errno));
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0) die("can't connect to %s: %s", ep->url, strerror(errno));
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (ep->ctx) {
        c->ssl = SSL_new(ep->ctx);
        SSL_set_fd(c->ssl, c->fd);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), ep->host);
        if (SSL_connect(c->ssl) != 1) tls_die("no TLS connection to", ep->url);
    }
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &event);
    h2_start(c);
    return c;
}

static void want_write(struct conn *c, bool want) {
    if (c->wants_write == want) return;
    c->wants_write = want;
    struct epoll_event event = {.events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &event);
}

static void lost(struct conn *c, const char *why) { die("%s cut the connection: %s", c->ep->url, why); }

static void flush(struct conn *c) {
    while (c->out_off < c->out_len) {
        size_t left = c->out_len - c->out_off;
        ssize_t n;
        if (c->ssl) {
            int got = SSL_write(c->ssl, c->out + c->out_off, left > 1 << 20 ? 1 << 20 : left);
            if (got <= 0 && SSL_get_error(c->ssl, got) != SSL_ERROR_WANT_WRITE) lost(c, "TLS failed");
            n = got;
        } else {
            n = write(c->fd, c->out + c->out_off, left);
            if (n < 0 && errno != EAGAIN) lost(c, strerror(errno));
        }
        if (n <= 0) {
            want_write(c, true);
            return;
        }
        c->out_off += n;
    }
    want_write(c, false);
}

/* Fills the input from the socket; 0 if there is nothing now. */
static size_t fill(struct conn *c, size_t from) {
    size_t got = 0;
    while (got < READ_SIZE) {
        ssize_t n;
        if (c->ssl) {
            n = SSL_read(c->ssl, input + from + got, READ_SIZE + FRAME_SPACE - from - got);
            if (n <= 0) {
                if (SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ) break;
                lost(c, "TLS ended");
            }
        } else {
            n = read(c->fd, input + from + got, READ_SIZE - got);
            if (n < 0 && errno == EAGAIN) break;
            if (n <= 0) lost(c, n == 0 ? "it is closed" : strerror(errno));
            got += n;
            break; /* epoll tells when there is more */
        }
        got += n;
    }
    return got;
}

static void readable(struct conn *c) {
    do {
        if (c->rest_len > 0) memcpy(input, c->rest, c->rest_len);
        size_t n = c->rest_len + fill(c, c->rest_len);
        size_t used = h2_input(c, input, n);
        c->rest_len = n - used;
        if (c->rest_len > FRAME_SPACE) die("%s sent a frame of more than %d bytes", c->ep->url, FRAME_SPACE);
        if (c->rest_len > 0 && !c->rest) c->rest = checked(malloc(FRAME_SPACE));
        if (c->rest_len > 0) memcpy(c->rest, input + used, c->rest_len);
    } while (c->ssl && SSL_pending(c->ssl) > 0); /* what TLS has decrypted already, epoll does not know of */
}

static void flush_all(void) {
    for (size_t i = 0; i < dirty_n; i++) {
        dirty[i]->dirty = false;
        flush(dirty[i]);
    }
    dirty_n = 0;
}

void loop_every_ns(uint64_t ns) {
    loop_open();
    if (timer < 0) {
        timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &timer};
        epoll_ctl(epfd, EPOLL_CTL_ADD, timer, &event);
    }
    struct itimerspec every = {{ns / 1000000000, ns % 1000000000}, {ns / 1000000000, ns % 1000000000}};
    timerfd_settime(timer, 0, &every, NULL);
}

void loop_watch_fd(int fd, void (*handler)(void)) {
    loop_open();
    others[others_n].fd = fd;
    others[others_n].handler = handler;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &others[others_n++]};
    epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
}

void loop_once(int timeout_ms) {
    struct epoll_event events[256];
    flush_all();
    int n = epoll_wait(epfd, events, 256, timeout_ms);
    for (int i = 0; i < n; i++) {
        void *what = events[i].data.ptr;
        if (what == &timer) {
            uint64_t ticks;
            if (read(timer, &ticks, sizeof ticks) < 0) continue;
        } else if (what >= (void *)others && what < (void *)(others + 4)) {
            ((typeof(&others[0]))what)->handler();
        } else {
            struct conn *c = what;
            if (events[i].events & EPOLLOUT) flush(c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
        }
    }
    flush_all();
}
