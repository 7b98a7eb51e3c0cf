/*
 * tables: the data plane's pinned maps, written as the product writes them, in C.
 *
 *   backends PIN N           N entries of the backend array, by stores into its memory
 *   batch PIN N              the same by bpf_map_update_batch, 256 at a time
 *   services PIN N           N frontends by bpf_map_update_batch, 256 at a time
 *   flip PIN INDEX A B N EVERY_US FILE   word INDEX of the policy map to A, to B, and so on, N times; FILE gets "before after"
 *   await PIN N              for each IPv4 address on stdin: when one of the first N backends has it, at most 5 s
 *   bit PIN CLUSTER N        sets and clears the cluster-down bit; one store each
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plane.h"

enum { BATCH = 256, SLOTS = 8 };

/* tables.h of module bpf */
struct endpoint {
    uint32_t addr[4];
    uint16_t port;
    uint8_t protocol, pad;
};
struct backend {
    uint32_t addr[4];
    uint64_t word;
};

static struct samples samples;
static struct bpf_map_info info;

static int open_pin(const char *pin) {
    int fd = bpf_obj_get(pin);
    if (fd < 0) die("%s: %s", pin, strerror(-fd));
    uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &size)) die("%s: no information", pin);
    return fd;
}

static void *memory(int fd) {
    void *at = mmap(NULL, (size_t)info.max_entries * info.value_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) die("mmap: %s", strerror(errno));
    return at;
}

static struct backend entry(uint32_t i) {
    struct backend b = {.addr = {0, 0, htonl(0xffff), htonl(0x0a000000u + i)}};
    union { struct { uint16_t port; uint8_t protocol, state; uint32_t cluster; }; uint64_t word; } u = {{htons(8080), 6, 0, 1}};
    b.word = u.word;
    return b;
}

static void per_entry(const char *what, uint64_t ns, long n) {
    printf("{\"%s_ns\":%.3f}\n", what, (double)ns / (double)n);
    fflush(stdout);
}

static void backends(const char *pin, long n) {
    volatile uint64_t *at = memory(open_pin(pin));
    uint64_t begin = now_ns();
    for (long i = 1; i <= n; i++) {
        struct backend b = entry((uint32_t)i);
        uint64_t words[2];
        memcpy(words, b.addr, sizeof words);
        volatile uint64_t *to = at + i * 3;
        if (to[0] != words[0] || to[1] != words[1]) {
            to[2] = 0;
            to[0] = words[0];
            to[1] = words[1];
        }
        __atomic_store_n(to + 2, b.word, __ATOMIC_RELEASE);
    }
    per_entry("entry", now_ns() - begin, n);
}

static void batch(const char *pin, long n) {
    int fd = open_pin(pin);
    static uint32_t keys[BATCH];
    static struct backend values[BATCH];
    uint64_t begin = now_ns();
    for (long i = 1; i <= n;) {
        uint32_t count = 0;
        for (; count < BATCH && i <= n; count++, i++) {
            keys[count] = (uint32_t)i;
            values[count] = entry((uint32_t)i);
        }
        if (bpf_map_update_batch(fd, keys, values, &count, NULL)) die("batch: %s", strerror(errno));
    }
    per_entry("entry", now_ns() - begin, n);
}

static void services(const char *pin, long n) {
    int fd = open_pin(pin);
    struct endpoint *keys = calloc((size_t)n, sizeof *keys);
    char *values = calloc(BATCH, info.value_size);
    if (!keys || !values) die("out of memory");
    uint64_t begin = now_ns();
    for (long i = 0; i < n;) {
        long from = i;
        uint32_t count = 0;
        for (; count < BATCH && i < n; count++, i++) {
            keys[i] = (struct endpoint){{0, 0, htonl(0xffff), htonl(0x0a600000u + (uint32_t)i)}, htons(80), 6, 0};
            uint32_t *value = (uint32_t *)(values + (size_t)count * info.value_size);
            value[0] = (uint32_t)i;
            value[1] = 2;
            for (uint32_t slot = 0; slot < 2; slot++) memcpy(value + 4 + 3 * slot, (uint32_t[]){slot + 1, 0, 251}, 12);
        }
        if (bpf_map_update_batch(fd, keys + from, values, &count, NULL)) die("batch: %s", strerror(errno));
    }
    uint64_t took = now_ns() - begin;
    per_entry("entry", took, n);
}

static void flip(char **arg) {
    volatile uint64_t *word = (volatile uint64_t *)memory(open_pin(arg[0])) + atol(arg[1]);
    uint64_t sides[2] = {strtoull(arg[2], NULL, 0), strtoull(arg[3], NULL, 0)};
    FILE *file = fopen(arg[6], "w");
    if (!file) die("%s: %s", arg[6], strerror(errno));
    for (long i = 0; i < atol(arg[4]); i++) {
        usleep((useconds_t)atol(arg[5]));
        uint64_t before = now_ns();
        *word = sides[i & 1];
        uint64_t after = now_ns();
        samples_add(&samples, after - before);
        fprintf(file, "%lu %lu\n", (unsigned long)before, (unsigned long)after);
    }
    fclose(file);
    samples_print(&samples, 0);
}

static void bit(char **arg) {
    long cluster = atol(arg[1]);
    volatile uint64_t *word = (volatile uint64_t *)memory(open_pin(arg[0])) + cluster / 64;
    for (long i = 0; i < atol(arg[2]); i++) {
        uint64_t before = now_ns();
        *word ^= 1ull << (cluster & 63);
        samples_add(&samples, now_ns() - before);
    }
    samples_print(&samples, 0);
}

/* Looks every 50 us: often enough for what takes milliseconds, and the product's processes need the core too. */
static void await(const char *pin, long n) {
    const volatile struct backend *at = memory(open_pin(pin));
    char line[64];
    printf("{\"ready\":1}\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        struct in_addr wanted;
        line[strcspn(line, "\n")] = 0;
        if (inet_pton(AF_INET, line, &wanted) != 1) die("\"%s\" is no IPv4 address", line);
        uint64_t end = now_ns() + 5000000000, now;
        bool there = false;
        do {
            for (long i = 1; i < n && !there; i++) there = at[i].addr[3] == wanted.s_addr && at[i].word != 0;
            now = now_ns();
            if (!there) usleep(50);
        } while (!there && now < end);
        if (!there) die("%s did not come within 5 s", line);
        printf("{\"at_us\":%.3f}\n", (double)now / 1e3);
        fflush(stdout);
    }
}

int tables_main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[0], "backends")) backends(argv[1], atol(argv[2]));
    else if (argc == 3 && !strcmp(argv[0], "batch")) batch(argv[1], atol(argv[2]));
    else if (argc == 3 && !strcmp(argv[0], "services")) services(argv[1], atol(argv[2]));
    else if (argc == 8 && !strcmp(argv[0], "flip")) flip(argv + 1);
    else if (argc == 4 && !strcmp(argv[0], "bit")) bit(argv + 1);
    else if (argc == 3 && !strcmp(argv[0], "await")) await(argv[1], atol(argv[2]));
    else die("usage: planeload tables backends|batch|services|await PIN N | flip PIN INDEX A B N EVERY_US FILE | bit PIN CLUSTER N");
    return 0;
}
