/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's memory as a list of byte ranges. */
#include "tests/support/flat-memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint8_t *flat_memory_add(struct flat_memory *memory, uint64_t address, size_t size)
{
	size_t i = memory->count++;

	assert(i < FLAT_MEMORY_RANGES);
	memory->ranges[i].address = address;
	memory->ranges[i].size = size;
	memory->ranges[i].bytes = calloc(size, 1);
	assert(memory->ranges[i].bytes);
	return memory->ranges[i].bytes;
}

static bool find(const struct flat_memory *memory, uint64_t address, size_t size, size_t *ret)
{
	for (size_t i = 0; i < memory->count; i++) {
		uint64_t offset = address - memory->ranges[i].address;

		if (address < memory->ranges[i].address || offset > memory->ranges[i].size ||
		    size > memory->ranges[i].size - offset)
			continue;
		*ret = i;
		return true;
	}
	return false;
}

void flat_memory_remove(struct flat_memory *memory, uint64_t address)
{
	size_t i = 0;
	bool found = find(memory, address, 1, &i);

	assert(found);
	if (!found)
		return;
	free(memory->ranges[i].bytes);
	memory->ranges[i] = memory->ranges[--memory->count];
}

void flat_memory_put(struct flat_memory *memory, uint64_t address, const void *data,
		     size_t size)
{
	size_t i = 0;
	bool found = find(memory, address, size, &i);

	assert(found);
	if (found)
		memcpy(memory->ranges[i].bytes + (address - memory->ranges[i].address), data,
		       size);
}

void flat_memory_put64(struct flat_memory *memory, uint64_t address, uint64_t value)
{
	flat_memory_put(memory, address, &value, sizeof(value));
}

void flat_memory_put32(struct flat_memory *memory, uint64_t address, uint32_t value)
{
	flat_memory_put(memory, address, &value, sizeof(value));
}

static bool read_flat(void *context, uint64_t address, void *buffer, size_t size)
{
	struct flat_memory *memory = context;
	size_t i = 0;

	memory->reads++;
	memory->bytes_read += size;
	if (!find(memory, address, size, &i))
		return false;
	memcpy(buffer, memory->ranges[i].bytes + (address - memory->ranges[i].address), size);
	return true;
}

struct px_linux_reader flat_memory_reader(struct flat_memory *memory)
{
	return (struct px_linux_reader){.read = read_flat, .context = memory};
}

void flat_memory_fini(struct flat_memory *memory)
{
	for (size_t i = 0; i < memory->count; i++)
		free(memory->ranges[i].bytes);
	memset(memory, 0, sizeof(*memory));
}
