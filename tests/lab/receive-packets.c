/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of tests/guests/ringer: sees in dom0 whether its packets arrive whole and in
 * order, and sends it some.
 *
 * usage: receive-packets watch INTERFACE SECONDS
 *        receive-packets send INTERFACE MAC COUNT PACKETS-A-SECOND SIZE
 *
 * watch prints one line: packets; producers; gaps, packets that one of its producers had sent
 * before and that were missing; disorder, packets whose number is not that after the one
 * before; damaged, by their bytes; unseen, that this program was too slow for; and the rate.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/guests/ringer/packet.h"

#define SECOND UINT64_C(1000000000)

enum {
	FRAME_MOST = 65536,
	PRODUCERS_MOST = 64,
	RECEIVE_BUFFER = 16 << 20,
};

struct producer {
	bool known;
	uint32_t next; /* the sequence number of its next packet */
};

struct tally {
	struct producer producers[PRODUCERS_MOST];
	bool any;
	uint32_t next; /* the number of the next packet */
	uint64_t packets, gaps, disorder, damaged, producer_count;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* A socket for all frames of an interface. */
static int open_interface(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL)};
	int size = RECEIVE_BUFFER, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	address.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || !address.sll_ifindex ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		fprintf(stderr, "receive-packets: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return fd;
}

static bool is_whole(const struct packet_header *header, const uint8_t *frame, size_t size)
{
	for (size_t i = PACKET_HEADER_SIZE; i < size; i++)
		if (frame[i] != packet_byte(header, (uint32_t)i))
			return false;
	return header->producer < PRODUCERS_MOST;
}

static void count(struct tally *tally, const uint8_t *frame, size_t size)
{
	struct packet_header header;
	struct producer *producer;

	if (size < PACKET_HEADER_SIZE || frame[12] != PACKET_ETHERTYPE >> 8 ||
	    frame[13] != (PACKET_ETHERTYPE & 0xff))
		return;
	memcpy(&header, frame + PACKET_ETHERNET_SIZE, sizeof(header));
	tally->packets++;
	if (header.magic != PACKET_MAGIC || !is_whole(&header, frame, size)) {
		tally->damaged++;
		return;
	}
	producer = &tally->producers[header.producer];
	tally->gaps += producer->known && header.sequence != producer->next;
	tally->producer_count += !producer->known;
	*producer = (struct producer){true, header.sequence + 1};
	tally->disorder += tally->any && header.number != tally->next;
	tally->any = true;
	tally->next = header.number + 1;
}

static int watch(const char *name, uint64_t seconds)
{
	static uint8_t frame[FRAME_MOST];
	static struct tally tally;
	struct timeval patience = {.tv_usec = 100000};
	struct tpacket_stats stats = {0};
	socklen_t stats_size = sizeof(stats);
	int fd = open_interface(name);
	uint64_t start = now_ns(), end = start + seconds * SECOND;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (now_ns() < end) {
		struct sockaddr_ll from = {0};
		socklen_t from_size = sizeof(from);
		ssize_t size = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from,
					&from_size);

		if (size > 0 && from.sll_pkttype != PACKET_OUTGOING)
			count(&tally, frame, (size_t)size);
	}
	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &stats_size);
	close(fd);
	printf("packets %" PRIu64 " producers %" PRIu64 " gaps %" PRIu64 " disorder %" PRIu64
	       " damaged %" PRIu64 " unseen %u per-second %" PRIu64 "\n",
	       tally.packets, tally.producer_count, tally.gaps, tally.disorder, tally.damaged,
	       stats.tp_drops, tally.packets * SECOND / (now_ns() - start));
	return 0;
}

static int transmit(const char *name, const char *mac, uint32_t packets, uint64_t rate,
		    size_t size)
{
	static uint8_t frame[FRAME_MOST];
	struct packet_header header = {.magic = PACKET_MAGIC, .fragments = 1};
	int fd = open_interface(name);
	uint64_t next = now_ns(), sent = 0;

	if (size < PACKET_HEADER_SIZE || size > sizeof(frame) || !rate ||
	    sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &frame[0], &frame[1], &frame[2],
		   &frame[3], &frame[4], &frame[5]) != 6)
		return 2;
	frame[12] = PACKET_ETHERTYPE >> 8;
	frame[13] = PACKET_ETHERTYPE & 0xff;
	for (; header.number < packets; header.sequence++, header.number++) {
		uint64_t now = now_ns();

		if (now < next)
			usleep((useconds_t)((next - now) / 1000));
		next += SECOND / rate;
		memcpy(frame + PACKET_ETHERNET_SIZE, &header, sizeof(header));
		for (size_t i = PACKET_HEADER_SIZE; i < size; i++)
			frame[i] = packet_byte(&header, (uint32_t)i);
		sent += send(fd, frame, size, 0) == (ssize_t)size;
	}
	close(fd);
	printf("sent %" PRIu64 "\n", sent);
	return sent != packets;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 7 && !strcmp(argv[1], "send"))
		return transmit(argv[2], argv[3], (uint32_t)strtoul(argv[4], NULL, 10),
				strtoull(argv[5], NULL, 10), strtoul(argv[6], NULL, 10));
	fprintf(stderr, "usage: receive-packets watch INTERFACE SECONDS\n"
			"       receive-packets send INTERFACE MAC COUNT RATE SIZE\n");
	return 2;
}
