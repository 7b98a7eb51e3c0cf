/* planeload: servers, clients and C opponents of the data plane's bench. See bench/README.md. */
#include "plane.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "planeload: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    exit(1);
}

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void samples_add(struct samples *s, uint64_t ns) {
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 4096;
        s->ns = realloc(s->ns, s->cap * sizeof *s->ns);
        if (!s->ns) die("out of memory");
    }
    s->ns[s->n++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void samples_print(struct samples *s, unsigned long failed) {
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) sum += s->ns[i];
    qsort(s->ns, s->n, sizeof *s->ns, by_size);
    if (s->n)
        printf("{\"n\":%zu,\"p50_us\":%.4f,\"p99_us\":%.4f,\"mean_us\":%.4f,\"failed\":%lu}\n", s->n, s->ns[s->n / 2] / 1e3,
               s->ns[s->n * 99 / 100] / 1e3, sum / (double)s->n / 1e3, failed);
    else
        printf("{\"n\":0,\"failed\":%lu}\n", failed);
    fflush(stdout);
    s->n = 0;
}

struct sockaddr_in address(const char *text) {
    char host[64];
    struct sockaddr_in a = {.sin_family = AF_INET};
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host) die("\"%s\" is no ADDRESS:PORT", text);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    if (inet_pton(AF_INET, host, &a.sin_addr) != 1) die("\"%s\" is no IPv4 address", host);
    a.sin_port = htons((uint16_t)atoi(colon + 1));
    return a;
}

static const struct { const char *name; int (*run)(int, char **); } MODES[] = {
    {"serve", serve_main}, {"client", client_main}, {"tables", tables_main}, {"maglev", maglev_main},
};

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (size_t i = 0; argc > 1 && i < sizeof MODES / sizeof MODES[0]; i++)
        if (strcmp(argv[1], MODES[i].name) == 0) return MODES[i].run(argc - 2, argv + 2);
    die("usage: planeload serve|client|tables|maglev ...; see bench/README.md");
}
