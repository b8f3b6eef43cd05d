/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings of a process out of hostile kernel memory: the input is the memory, at one address;
 * its first byte says whether it has a tree or a list.
 */
#include <stdlib.h>
#include <string.h>

#include "guest/linux-mm.h"
#include "lib/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY UINT64_C(0xffff888000000000)

/* Dense, so that little input reaches far. */
static const struct px_linux_mm_layout layout = {
	.known = true,
	.first = 8,
	.brk = 16,
	.start_brk = 24,
	.start_stack = 32,
	.exec_vm = 40,
	.start_code = 48,
	.have_vdso = true,
	.vdso = 56,
	.vdso_image = 64,
	.image_data = 0,
	.image_size = 8,
	.vma = {.size = 48,
		.start = 0,
		.end = 8,
		.mm = 16,
		.flags = 24,
		.pgoff = 32,
		.file = 40,
		.next = 48},
	.node = {1, 2, 3, 8, 128, 16, 8, 80, 10},
	.path = {.known = true,
		 .file = {0, 8, 16},
		 .dentry = {0, 8, 16, 24},
		 .mount = {0, 8, 16, 16},
		 .inode = {0, 8, 16, 4}},
};

static bool read_input(void *context, uint64_t address, void *buffer, size_t size)
{
	struct px_bytes part;

	if (!px_bytes_slice(*(const struct px_bytes *)context, address - MEMORY, size, &part))
		return false;
	memcpy(buffer, part.data, part.size);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bytes input = px_bytes_of(data, size);
	const struct px_linux_reader reader = {read_input, &input};
	struct px_linux_mm_layout l = layout;
	struct px_linux_mappings mappings = {0};
	enum px_linux_mm_outcome outcome = PX_LINUX_MM_UNREADABLE;
	uint64_t word = 0, more = 0;
	struct px_error *err;

	l.maple = size && data[0] & 1;
	err = px_linux_mm_read(&l, &reader, MEMORY, true, &mappings, &outcome);
	if (err || (outcome != PX_LINUX_MM_OK && mappings.count))
		abort();
	for (size_t i = 0; i < mappings.count; i++) {
		const struct px_linux_mapping *m = &mappings.array[i];

		if (m->start >= m->end || (i && m->start < m[-1].end) ||
		    px_linux_mappings_find(&mappings, m->start) != m)
			abort();
	}
	px_linux_mappings_fini(&mappings);
	px_linux_mm_signature(&l, &reader, MEMORY, &word);
	px_linux_mm_vdso_image(&l, &reader, MEMORY, &word, &more);
	return 0;
}
