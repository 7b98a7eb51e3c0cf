/*
 * client: one command a line on stdin, one line of JSON for each.
 *
 *   tcp N ADDRESS...         connect and close, N times, to the addresses in turn
 *   udp N ADDRESS...         socket, connect, send, close; the socket call is not timed
 *   sendto N ADDRESS         datagrams from one unconnected socket
 *   rr N tcp|udp ADDRESS     64 bytes there and back over one connected socket
 *   bulk SECONDS ADDRESS     as many bytes as one TCP connection takes
 *   who N ADDRESS...         connect and read who it is; how often each
 *   follow SECONDS ADDRESS FILE   the same on and on; FILE gets "start who" of each
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plane.h"

enum { TARGETS = 20000, WORDS = 20016, WHO = 256 };
static struct sockaddr_in to[TARGETS];
static struct samples samples;
static char *words[WORDS];

static int targets(int from, int n) {
    if (n <= from) die("no address given");
    for (int i = from; i < n; i++) to[i - from] = address(words[i]);
    return n - from;
}

static int open_socket(int type) {
    int fd = socket(AF_INET, type, 0);
    if (fd < 0) die("socket: %s", strerror(errno));
    return fd;
}

/* With a reset: no TIME_WAIT, so that ports don't run out. */
static void drop(int fd) {
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

static void tcp(long n, int count) {
    unsigned long failed = 0;
    struct linger now = {1, 0};
    for (long i = 0; i < n; i++) {
        int fd = open_socket(SOCK_STREAM);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        uint64_t begin = now_ns();
        int result = connect(fd, (struct sockaddr *)&to[i % count], sizeof to[0]);
        close(fd);
        if (result) failed++;
        else samples_add(&samples, now_ns() - begin);
    }
    samples_print(&samples, failed);
}

static void udp(long n, int count) {
    unsigned long failed = 0;
    for (long i = 0; i < n; i++) {
        int fd = open_socket(SOCK_DGRAM);
        uint64_t begin = now_ns();
        if (connect(fd, (struct sockaddr *)&to[i % count], sizeof to[0]) || send(fd, "x", 1, 0) != 1) failed++;
        else samples_add(&samples, now_ns() - begin);
        close(fd);
    }
    samples_print(&samples, failed);
}

static void send_to(long n) {
    unsigned long failed = 0;
    int fd = open_socket(SOCK_DGRAM);
    for (long i = 0; i < n; i++) {
        uint64_t begin = now_ns();
        if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to[0], sizeof to[0]) != 1) failed++;
        else samples_add(&samples, now_ns() - begin);
    }
    close(fd);
    samples_print(&samples, failed);
}

static int connected(int type) {
    int fd = open_socket(type), one = 1;
    struct timeval limit = {2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&to[0], sizeof to[0])) die("connect: %s", strerror(errno));
    if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void request_response(long n, int type) {
    char bytes[64] = {0};
    unsigned long failed = 0;
    int fd = connected(type);
    for (long i = 0; i < n; i++) {
        uint64_t begin = now_ns();
        if (send(fd, bytes, sizeof bytes, 0) != sizeof bytes || recv(fd, bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes) failed++;
        else samples_add(&samples, now_ns() - begin);
    }
    close(fd);
    samples_print(&samples, failed);
}

static void bulk(double seconds) {
    static char bytes[1 << 16];
    struct rusage before, after;
    int fd = connected(SOCK_STREAM);
    uint64_t begin = now_ns(), end = begin + (uint64_t)(seconds * 1e9), sent = 0;
    getrusage(RUSAGE_SELF, &before);
    while (now_ns() < end) {
        ssize_t n = send(fd, bytes, sizeof bytes, 0);
        if (n <= 0) die("bulk: %s", strerror(errno));
        sent += (uint64_t)n;
    }
    getrusage(RUSAGE_SELF, &after);
    double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec)
        + (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    printf("{\"mib_s\":%.3f,\"cpu_us_mib\":%.3f}\n", (double)sent / 1048576 / ((double)(now_ns() - begin) / 1e9),
           cpu * 1e6 / ((double)sent / 1048576));
    fflush(stdout);
    close(fd);
}

/* Who answers, or -1. */
static int ask(const struct sockaddr_in *whom) {
    unsigned char who;
    int fd = open_socket(SOCK_STREAM), answer = -1;
    if (connect(fd, (const struct sockaddr *)whom, sizeof *whom) == 0 && recv(fd, &who, 1, 0) == 1) answer = who;
    drop(fd);
    return answer;
}

static void who(long n, int count) {
    unsigned long seen[WHO] = {0}, failed = 0;
    for (long i = 0; i < n; i++) {
        int answer = ask(&to[i % count]);
        if (answer < 0) failed++;
        else seen[answer]++;
    }
    printf("{");
    for (int i = 0; i < WHO; i++)
        if (seen[i]) printf("\"who_%d\":%lu,", i, seen[i]);
    printf("\"failed\":%lu}\n", failed);
    fflush(stdout);
}

/* "start who" of each connect, start in nanoseconds; who is -1 for one that failed. */
static void follow(double seconds, const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) die("%s: %s", path, strerror(errno));
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9), n = 0;
    printf("{\"following\":1}\n");
    fflush(stdout);
    for (uint64_t begin; (begin = now_ns()) < end; n++) fprintf(file, "%lu %d\n", (unsigned long)begin, ask(&to[0]));
    fclose(file);
    printf("{\"n\":%lu}\n", (unsigned long)n);
    fflush(stdout);
}

int client_main(int argc, char **argv) {
    static char line[1 << 20];
    while (fgets(line, sizeof line, stdin)) {
        int n = 0;
        for (char *w = strtok(line, " \n"); w && n < WORDS; w = strtok(NULL, " \n")) words[n++] = w;
        if (n < 3) die("a command is COMMAND N ADDRESS...");
        long times = atol(words[1]);
        if (!strcmp(words[0], "tcp")) tcp(times, targets(2, n));
        else if (!strcmp(words[0], "udp")) udp(times, targets(2, n));
        else if (!strcmp(words[0], "sendto")) { targets(2, n); send_to(times); }
        else if (!strcmp(words[0], "rr")) { targets(3, n); request_response(times, strcmp(words[2], "udp") ? SOCK_STREAM : SOCK_DGRAM); }
        else if (!strcmp(words[0], "bulk")) { targets(2, n); bulk(atof(words[1])); }
        else if (!strcmp(words[0], "who")) who(times, targets(2, n));
        else if (!strcmp(words[0], "follow") && n == 4) { to[0] = address(words[2]); follow(atof(words[1]), words[3]); }
        else die("command \"%s\" is unknown", words[0]);
    }
    return 0;
}
