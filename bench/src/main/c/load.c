#include "load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("etcdload: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

void *checked(void *allocated) {
    if (!allocated) die("no more memory");
    return allocated;
}

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void histogram_add(struct histogram *h, uint64_t ns) {
    int shift = ns < 64 ? 0 : 58 - __builtin_clzll(ns); /* the leading six bits stay: step is below 64 */
    h->counts[shift * 32 + (ns >> shift)]++;
    h->n++;
    if (ns > h->max) h->max = ns;
}

double histogram_us(const struct histogram *h, double quantile) {
    uint64_t rank = quantile * h->n, seen = 0;
    for (int i = 0; i < (int)(sizeof h->counts / sizeof h->counts[0]); i++) {
        seen += h->counts[i];
        if (seen > rank) {
            /* i = shift * 32 + step, with step from 32 to 63 once shift is 1 or more */
            int shift = i < 64 ? 0 : i / 32 - 1;
            uint64_t step = i - shift * 32;
            return ((double)step + 0.5) * (double)(1ull << shift) / 1000;
        }
    }
    return 0;
}

static bool first;

void json_open(void) {
    first = true;
    putchar('{');
}

void json_number(const char *name, double value) {
    printf("%s\"%s\":%.15g", first ? "" : ",", name, value);
    first = false;
}

void json_latency(const char *name, const struct histogram *h) {
    char key[80];
    if (h->n == 0) return;
    snprintf(key, sizeof key, "%s_p50_us", name), json_number(key, histogram_us(h, 0.5));
    snprintf(key, sizeof key, "%s_p99_us", name), json_number(key, histogram_us(h, 0.99));
    snprintf(key, sizeof key, "%s_max_us", name), json_number(key, h->max / 1000.0);
    snprintf(key, sizeof key, "%s_n", name), json_number(key, h->n);
}

void json_close(void) {
    puts("}");
    fflush(stdout);
}

enum { SERVERS_MAX = 8 };
static struct { char name[32]; char pids[96]; double start, used; } servers[SERVERS_MAX];
static int servers_n;

void cpu_servers(const char *option) {
    const char *equals = strchr(option, '=');
    if (!equals || servers_n == SERVERS_MAX) die("--cpu wants NAME=PID[,PID], at most %d times, not \"%s\"", SERVERS_MAX, option);
    snprintf(servers[servers_n].name, sizeof servers[0].name, "%.*s", (int)(equals - option), option);
    snprintf(servers[servers_n++].pids, sizeof servers[0].pids, "%s", equals + 1);
}

/* utime + stime of a process, all its threads, in seconds (proc(5), fields 14 and 15 of stat) */
static double cpu_of(const char *pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) die("process %s, whose CPU is to be counted, is gone", pid);
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = 0;
    unsigned long user = 0, sys = 0;
    char *behind = strrchr(line, ')'); /* a name may have blanks */
    if (!behind || sscanf(behind + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2)
        die("%s is not as proc(5) says", path);
    return (double)(user + sys) / sysconf(_SC_CLK_TCK);
}

static double cpu_sum(const char *pids) {
    char copy[96], *rest = copy, *pid;
    double sum = 0;
    snprintf(copy, sizeof copy, "%s", pids);
    while ((pid = strsep(&rest, ","))) sum += cpu_of(pid);
    return sum;
}

static double own_start, own_used;

static double own_cpu(void) { return (double)clock() / CLOCKS_PER_SEC; }

void cpu_start(void) {
    own_start = own_cpu();
    for (int i = 0; i < servers_n; i++) servers[i].start = cpu_sum(servers[i].pids);
}

void cpu_stop(void) {
    own_used = own_cpu() - own_start;
    for (int i = 0; i < servers_n; i++) servers[i].used = cpu_sum(servers[i].pids) - servers[i].start;
}

void cpu_json(void) {
    char key[64];
    json_number("generator_cpu_s", own_used);
    for (int i = 0; i < servers_n; i++) {
        snprintf(key, sizeof key, "%s_cpu_s", servers[i].name);
        json_number(key, servers[i].used);
    }
}
