/* planeload: what `bench` measures the data plane with. One thread; exact percentiles; results as one line of JSON. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* CLOCK_MONOTONIC, which is also Java's System.nanoTime on Linux. */
uint64_t now_ns(void);

/* Durations of one block, in nanoseconds. */
struct samples {
    uint32_t *ns;
    size_t n, cap;
};
void samples_add(struct samples *s, uint64_t ns);
/* Prints {"n":..,"p50_us":..,"p99_us":..,"mean_us":..,"failed":..} and empties the block. */
void samples_print(struct samples *s, unsigned long failed);

/* ADDRESS:PORT, IPv4 only. */
struct sockaddr_in address(const char *text);

int serve_main(int argc, char **argv);   /* serve BASEPORT ADDRESS... */
int client_main(int argc, char **argv);  /* client: commands on stdin */
int tables_main(int argc, char **argv);  /* tables MODE PIN ... */
int maglev_main(int argc, char **argv);  /* maglev BACKENDS SIZE REPETITIONS */

/* Offsets from the base port of `serve`. */
enum {
    PORT_CLOSE, /* TCP: accept and close; UDP: throw away */
    PORT_ECHO,  /* TCP and UDP: send back */
    PORT_SINK,  /* TCP: throw away */
    PORT_WHO,   /* TCP: send the number of the address as one byte, close */
    PORTS,
};
