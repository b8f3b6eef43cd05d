/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page for each slot of either ring. */
#ifndef RINGER_NET_BUFFERS_H
#define RINGER_NET_BUFFERS_H

#include <stdint.h>

#define NET_BUFFER_SIZE 4096

/** id: below NET_SLOTS. */
uint8_t *net_tx_buffer(uint16_t id);
uint8_t *net_rx_buffer(uint16_t id);

#endif
