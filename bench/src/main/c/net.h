/* Between sockets and HTTP/2: what h2.c needs of net.c, and what net.c calls in h2.c. */
#pragma once

#include "h2.h"

/* Room for n more bytes of output; net_advance says how many were written there. */
uint8_t *net_space(struct conn *c, size_t n);
void net_advance(struct conn *c, size_t n);

/* Takes whole frames; returns how many bytes of p they were. */
size_t h2_input(struct conn *c, const uint8_t *p, size_t n);
/* Says the first words of a connection. */
void h2_start(struct conn *c);
