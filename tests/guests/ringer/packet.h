/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that tell whether they arrived whole and in order: an Ethernet frame, a header, and
 * bytes that follow from the header. What goes the other way has the same form.
 */
#ifndef RINGER_PACKET_H
#define RINGER_PACKET_H

#include <stdint.h>

/* IEEE 802: for local experiments. */
#define PACKET_ETHERTYPE 0x88b5

#define PACKET_MAGIC UINT32_C(0x676e6972) /* "ring" */

/** Little-endian; behind the 14 bytes of an Ethernet header. */
struct packet_header {
	uint32_t magic;
	uint16_t producer;
	uint16_t fragments; /* slots it was sent in, without extra-info */
	uint32_t sequence;  /* of the producer's packets, from 0 on */
	uint32_t number;    /* of all packets of the device in the order they took slots */
};

#define PACKET_ETHERNET_SIZE 14
#define PACKET_HEADER_SIZE   (PACKET_ETHERNET_SIZE + sizeof(struct packet_header))

/** The byte of a frame at an offset of at least PACKET_HEADER_SIZE. */
static inline uint8_t packet_byte(const struct packet_header *header, uint32_t offset)
{
	return (uint8_t)(header->sequence + header->producer * 31u + offset);
}

#endif
