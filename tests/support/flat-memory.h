/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's memory as a list of byte ranges, without page tables. */
#ifndef PX_TESTS_FLAT_MEMORY_H
#define PX_TESTS_FLAT_MEMORY_H

#include "guest/linux-reader.h"

#define FLAT_MEMORY_RANGES 64

struct flat_memory {
	struct {
		uint64_t address;
		uint8_t *bytes;
		size_t size;
	} ranges[FLAT_MEMORY_RANGES];
	size_t count;
	uint64_t reads;
	uint64_t bytes_read;
};

/** Zeroed bytes at address, owned by memory; the caller fills them. */
uint8_t *flat_memory_add(struct flat_memory *memory, uint64_t address, size_t size);

/** Take the range that contains address away. */
void flat_memory_remove(struct flat_memory *memory, uint64_t address);

/** Overwrite bytes of one range. */
void flat_memory_put(struct flat_memory *memory, uint64_t address, const void *data,
		     size_t size);
void flat_memory_put64(struct flat_memory *memory, uint64_t address, uint64_t value);
void flat_memory_put32(struct flat_memory *memory, uint64_t address, uint32_t value);

/** Reads lie wholly inside one range or fail. */
struct px_linux_reader flat_memory_reader(struct flat_memory *memory);

void flat_memory_fini(struct flat_memory *memory);

#endif
