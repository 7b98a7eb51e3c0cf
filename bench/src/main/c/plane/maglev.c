/* maglev BACKENDS SIZE REPETITIONS: io.clustermesh.nodesync.select.Maglev in C, step for step; the sum tells that it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plane.h"

struct candidate {
    uint64_t low; /* an IPv4 address */
    uint32_t index, weight;
};

static uint64_t mix(uint64_t word) {
    uint64_t z = word + 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static uint64_t hash(const struct candidate *c, uint64_t seed) {
    uint64_t h = mix(seed ^ 32);
    h = mix(h ^ 0);
    h = mix(h ^ c->low);
    return mix(h ^ ((uint64_t)6 << 16 | 8080));
}

static void fill(const struct candidate *c, int n, uint32_t size, uint32_t *table, uint64_t *used) {
    uint32_t *position = malloc((size_t)n * 4), *skip = malloc((size_t)n * 4), *weight = malloc((size_t)n * 4), heaviest = 0;
    uint64_t *credit = calloc((size_t)n, 8);
    if (!position || !skip || !weight || !credit) die("out of memory");
    memset(used, 0, (size + 63) / 64 * 8);
    for (int i = 0; i < n; i++) {
        position[i] = (uint32_t)(hash(&c[i], 0x706f736974696f6eULL) % size);
        skip[i] = 1 + (uint32_t)(hash(&c[i], 0x736b6970ULL) % (size - 1));
        weight[i] = c[i].weight;
        if (weight[i] > heaviest) heaviest = weight[i];
    }
    for (uint32_t filled = 0; filled < size;) {
        for (int i = 0; i < n && filled < size; i++) {
            credit[i] += weight[i];
            if (credit[i] < heaviest) continue;
            credit[i] -= heaviest;
            uint32_t at = position[i];
            while (used[at >> 6] & 1ULL << (at & 63)) {
                at += skip[i];
                if (at >= size) at -= size;
            }
            used[at >> 6] |= 1ULL << (at & 63);
            table[at] = c[i].index;
            filled++;
            at += skip[i];
            position[i] = at >= size ? at - size : at;
        }
    }
    free(position);
    free(skip);
    free(weight);
    free(credit);
}

int maglev_main(int argc, char **argv) {
    if (argc != 3) die("usage: planeload maglev BACKENDS SIZE REPETITIONS");
    int n = atoi(argv[0]);
    uint32_t size = (uint32_t)atoi(argv[1]);
    struct candidate *c = calloc((size_t)n, sizeof *c);
    uint32_t *table = calloc(size, 4);
    uint64_t *used = calloc((size + 63) / 64, 8);
    if (!c || !table || !used) die("out of memory");
    for (int i = 0; i < n; i++) c[i] = (struct candidate){0x0a000001u + (uint32_t)i, (uint32_t)i + 1, (uint32_t)(i * 37 % 100) + 1};
    struct samples samples = {0};
    for (int i = 0; i < atoi(argv[2]); i++) {
        uint64_t begin = now_ns();
        fill(c, n, size, table, used);
        samples_add(&samples, now_ns() - begin);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i++) sum = (sum * 31 + table[i]) & 0xffffffffffffULL;
    printf("{\"sum\":%lu}\n", (unsigned long)sum);
    samples_print(&samples, 0);
    return 0;
}
