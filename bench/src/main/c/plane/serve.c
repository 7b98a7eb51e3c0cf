/* serve BASEPORT ADDRESS...: on each address the ports of plane.h. Says {"listening":N} and serves until stdin ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plane.h"

enum kind { LISTEN, DATAGRAMS, STREAM, STDIN };
struct conn {
    enum kind kind;
    int fd, port, number; /* number: which address, from 0 */
};

static int epoll;
static char bytes[1 << 18];

static void watch(enum kind kind, int fd, int port, int number) {
    struct conn *c = malloc(sizeof *c);
    if (!c) die("out of memory");
    *c = (struct conn){kind, fd, port, number};
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e)) die("epoll: %s", strerror(errno));
}

static void open_port(const char *host, int base, int port, int number, int type) {
    char text[80];
    snprintf(text, sizeof text, "%s:%d", host, base + port);
    struct sockaddr_in a = address(text);
    int one = 1, fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&a, sizeof a)) die("%s: %s", text, strerror(errno));
    if (type == SOCK_STREAM && listen(fd, 4096)) die("%s: %s", text, strerror(errno));
    watch(type == SOCK_STREAM ? LISTEN : DATAGRAMS, fd, port, number);
}

static void accept_all(struct conn *c) {
    for (int fd; (fd = accept4(c->fd, NULL, NULL, 0)) >= 0;) {
        if (c->port == PORT_WHO) {
            char who = (char)c->number;
            if (send(fd, &who, 1, 0) != 1) close(fd);
            else { shutdown(fd, SHUT_WR); watch(STREAM, fd, PORT_SINK, c->number); }
        } else if (c->port == PORT_CLOSE) {
            close(fd);
        } else {
            watch(STREAM, fd, c->port, c->number);
        }
    }
}

static void stream(struct conn *c) {
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n <= 0 || (c->port == PORT_ECHO && send(c->fd, bytes, (size_t)n, 0) != n)) {
        close(c->fd);
        free(c);
    }
}

static void datagrams(struct conn *c) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    for (ssize_t n; (n = recvfrom(c->fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size)) >= 0;)
        if (c->port == PORT_ECHO) sendto(c->fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, size);
}

int serve_main(int argc, char **argv) {
    if (argc < 2) die("usage: planeload serve BASEPORT ADDRESS...");
    epoll = epoll_create1(0);
    int base = atoi(argv[0]);
    for (int i = 1; i < argc; i++)
        for (int port = 0; port < PORTS; port++) {
            open_port(argv[i], base, port, i - 1, SOCK_STREAM);
            if (port <= PORT_ECHO) open_port(argv[i], base, port, i - 1, SOCK_DGRAM);
        }
    watch(STDIN, 0, 0, 0);
    printf("{\"listening\":%d}\n", argc - 1);
    fflush(stdout);
    struct epoll_event events[64];
    for (;;) {
        int n = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            switch (c->kind) {
            case LISTEN: accept_all(c); break;
            case DATAGRAMS: datagrams(c); break;
            case STREAM: stream(c); break;
            case STDIN: if (read(0, bytes, sizeof bytes) <= 0) return 0;
            }
        }
    }
}
