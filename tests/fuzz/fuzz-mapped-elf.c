/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The build-id of an ELF file that a guest has mapped: the input is the file. */
#include <stdlib.h>
#include <string.h>

#include "guest/mapped-elf.h"
#include "lib/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define START UINT64_C(0x7f0000000000)

static bool read_input(void *context, uint64_t address, void *buffer, size_t size)
{
	struct px_bytes part;

	if (!px_bytes_slice(*(const struct px_bytes *)context, address - START, size, &part))
		return false;
	memcpy(buffer, part.data, part.size);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bytes input = px_bytes_of(data, size);
	const struct px_linux_reader reader = {read_input, &input};
	struct px_build_id id = {0};
	bool found = px_mapped_elf_build_id(&reader, START, size, &id);

	if (found != (id.size > 0) || id.size > PX_BUILD_ID_MAX)
		abort();
	/* More is said to be mapped than can be read. */
	px_mapped_elf_build_id(&reader, START, UINT64_MAX, &id);
	return 0;
}
