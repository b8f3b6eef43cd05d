/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way to read the memory of a guest's kernel: what the parts that understand its data
 * structures get instead of the guest, so that a test can hand them bytes.
 */
#ifndef PX_GUEST_LINUX_READER_H
#define PX_GUEST_LINUX_READER_H

#include <stdbool.h>

#include "lib/compiler.h"

/* Kernel addresses of x86-64 with 4 or 5 levels of page tables begin above this. */
#define PX_LINUX_KERNEL_SPACE UINT64_C(0xff00000000000000)

struct px_linux_reader {
	/** Copy size bytes at a kernel virtual address; false: not all of them can be read. */
	bool (*read)(void *context, uint64_t address, void *buffer, size_t size);
	void *context;
};

static inline bool px_linux_read(const struct px_linux_reader *reader, uint64_t address,
				 void *buffer, size_t size)
{
	return reader->read(reader->context, address, buffer, size);
}

#endif
