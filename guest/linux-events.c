/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pointer evtchn_ops says which ABI was chosen at boot. With the FIFO, event_array points
 * to event_array_pages pages of 1024 words, one a port, whose upper bits are the port's state
 * (Xen public/event_channel.h); without it the bits lie in shared_info.
 *
 * Variables of a CPU lie at its offset from their symbol: __per_cpu_offset[CPU].
 */
#include "guest/linux-events.h"

enum {
	WORDS_A_PAGE = 1024,
	PAGES_MAX = 128,
	CPUS_MAX = 8192, /* as many as x86 can be configured for */
	VCPU_INFO_SIZE = 64,
	SHARED_INFO_BITS = 3072, /* where the arrays of bits end, of 64-bit guests */
};

/* Bits of a port's word. */
enum {
	WORD_PENDING = 31,
	WORD_MASKED = 30,
	WORD_LINKED = 29,
};

struct px_linux_event_layout px_linux_event_layout_of(const struct px_linux_names *names)
{
	struct px_linux_event_layout layout = {0};
	const struct {
		const char *name;
		uint64_t *ret;
	} wanted[] = {
		{"evtchn_ops", &layout.ops},
		{"evtchn_ops_2l", &layout.two_level_ops},
		{"evtchn_ops_fifo", &layout.fifo_ops},
		{"event_array", &layout.array},
		{"event_array_pages", &layout.array_pages},
		{"HYPERVISOR_shared_info", &layout.shared_info},
		{"__per_cpu_offset", &layout.offsets},
		{"xen_vcpu", &layout.vcpu_info},
	};

	for (size_t i = 0; i < px_array_size(wanted); i++)
		if (!px_linux_name_find(names, wanted[i].name, wanted[i].ret))
			*wanted[i].ret = 0;
	return layout;
}

/* A pointer of the kernel to something of its own. */
static bool read_pointer(const struct px_linux_reader *reader, uint64_t address, uint64_t *ret)
{
	return address && px_linux_read(reader, address, ret, sizeof(*ret)) &&
	       *ret >= PX_LINUX_KERNEL_SPACE;
}

enum px_event_abi px_linux_event_abi(const struct px_linux_event_layout *layout,
				     const struct px_linux_reader *reader)
{
	uint64_t ops = 0;

	if (!read_pointer(reader, layout->ops, &ops))
		return PX_EVENTS_UNKNOWN;
	if (ops == layout->fifo_ops)
		return PX_EVENTS_FIFO;
	return ops == layout->two_level_ops ? PX_EVENTS_TWO_LEVEL : PX_EVENTS_UNKNOWN;
}

static struct px_port_bits read_word(const struct px_linux_event_layout *layout,
				     const struct px_linux_reader *reader, uint32_t port)
{
	uint32_t index = port / WORDS_A_PAGE, pages = 0, word = 0;
	uint64_t page = 0;

	if (!layout->array_pages ||
	    !px_linux_read(reader, layout->array_pages, &pages, sizeof(pages)) ||
	    index >= px_min(pages, (uint32_t)PAGES_MAX) || !layout->array ||
	    !read_pointer(reader, layout->array + (uint64_t)index * sizeof(page), &page) ||
	    !px_linux_read(reader, page + port % WORDS_A_PAGE * sizeof(word), &word,
			   sizeof(word)))
		return (struct px_port_bits){0};
	return (struct px_port_bits){
		.known = true,
		.pending = word >> WORD_PENDING & 1,
		.masked = word >> WORD_MASKED & 1,
		.linked = word >> WORD_LINKED & 1,
	};
}

static struct px_port_bits read_shared(const struct px_linux_event_layout *layout,
				       const struct px_linux_reader *reader, uint32_t port)
{
	uint8_t info[SHARED_INFO_BITS];
	uint64_t address = 0;

	if (!read_pointer(reader, layout->shared_info, &address) ||
	    !px_linux_read(reader, address, info, sizeof(info)))
		return (struct px_port_bits){0};
	return px_shared_info_port(px_bytes_of(info, sizeof(info)), PX_EVENTS_64, port);
}

struct px_port_bits px_linux_event_port(const struct px_linux_event_layout *layout,
					const struct px_linux_reader *reader, uint32_t port)
{
	switch (px_linux_event_abi(layout, reader)) {
	case PX_EVENTS_FIFO:
		return read_word(layout, reader, port);
	case PX_EVENTS_TWO_LEVEL:
		return read_shared(layout, reader, port);
	case PX_EVENTS_UNKNOWN:
		break;
	}
	return (struct px_port_bits){0};
}

/* --- CPUs
 * ------------------------------------------------------------------------------------- */

/* What a CPU's copy of the pointer at symbol points to. */
static bool read_cpu_pointer(const struct px_linux_event_layout *layout,
			     const struct px_linux_reader *reader, uint32_t cpu,
			     uint64_t symbol, uint64_t *ret)
{
	uint64_t offset = 0;

	return symbol && layout->offsets && cpu < CPUS_MAX &&
	       px_linux_read(reader, layout->offsets + cpu * sizeof(offset), &offset,
			     sizeof(offset)) &&
	       read_pointer(reader, symbol + offset, ret);
}

struct px_upcall px_linux_event_upcall(const struct px_linux_event_layout *layout,
				       const struct px_linux_reader *reader, uint32_t cpu)
{
	uint8_t info[VCPU_INFO_SIZE];
	uint64_t address = 0;

	if (!read_cpu_pointer(layout, reader, cpu, layout->vcpu_info, &address) ||
	    !px_linux_read(reader, address, info, sizeof(info)))
		return (struct px_upcall){0};
	return px_vcpu_info_decode(px_bytes_of(info, sizeof(info)), PX_EVENTS_64);
}
