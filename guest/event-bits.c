/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two-level ABI: struct shared_info of Xen's public/xen.h. Two arrays of as many words as a
 * word has bits, one of pending and one of mask bits, follow 32 struct vcpu_info of 64 bytes.
 */
#include "guest/event-bits.h"

enum {
	VCPUS = 32,
	VCPU_INFO_SIZE = 64,
	PENDING = VCPUS * VCPU_INFO_SIZE,
};

const char *px_event_abi_name(enum px_event_abi abi)
{
	switch (abi) {
	case PX_EVENTS_TWO_LEVEL:
		return "two-level";
	case PX_EVENTS_FIFO:
		return "fifo";
	case PX_EVENTS_UNKNOWN:
		break;
	}
	return "unknown";
}

/* Bytes of one of the arrays. */
static uint32_t array_size(enum px_event_width width)
{
	return (uint32_t)width * (uint32_t)width * 8;
}

/* Bits do not depend on the size of the words that they are counted in: little-endian. */
static bool bit(struct px_bytes array, uint32_t number)
{
	return array.data[number / 8] >> number % 8 & 1;
}

struct px_port_bits px_shared_info_port(struct px_bytes page, enum px_event_width width,
					uint32_t port)
{
	uint32_t size = array_size(width);
	struct px_bytes pending, masks;

	if (port >= size * 8 || !px_bytes_slice(page, PENDING, size, &pending) ||
	    !px_bytes_slice(page, PENDING + size, size, &masks))
		return (struct px_port_bits){0};
	return (struct px_port_bits){
		.known = true,
		.pending = bit(pending, port),
		.masked = bit(masks, port),
	};
}

enum px_event_abi px_shared_info_abi(struct px_bytes page, enum px_event_width width)
{
	struct px_bytes masks;

	if (!px_bytes_slice(page, PENDING + array_size(width), array_size(width), &masks))
		return PX_EVENTS_UNKNOWN;
	for (size_t i = 0; i < masks.size; i++)
		if (masks.data[i])
			return PX_EVENTS_TWO_LEVEL;
	return PX_EVENTS_UNKNOWN;
}

struct px_upcall px_vcpu_info_decode(struct px_bytes bytes, enum px_event_width width)
{
	struct px_cursor at = px_cursor_of(bytes);
	struct px_upcall upcall = {
		.pending = px_cursor_u8(&at) != 0,
		.masked = px_cursor_u8(&at) != 0,
	};

	px_cursor_seek(&at, width);
	upcall.selector = width == PX_EVENTS_64 ? px_cursor_u64(&at) : px_cursor_u32(&at);
	upcall.known = !at.failed;
	return upcall.known ? upcall : (struct px_upcall){0};
}

struct px_upcall px_shared_info_upcall(struct px_bytes page, enum px_event_width width,
				       uint32_t vcpu)
{
	struct px_bytes info;

	if (vcpu >= VCPUS ||
	    !px_bytes_slice(page, (uint64_t)vcpu * VCPU_INFO_SIZE, VCPU_INFO_SIZE, &info))
		return (struct px_upcall){0};
	return px_vcpu_info_decode(info, width);
}
