/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a guest's module area: the list of modules begins at its first byte. Reads beyond
 * its end fail, as pages do that are not there.
 */
#include "guest/linux-modules.h"

#include <string.h>

#define BASE UINT64_C(0xffffffffc0000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_bytes(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct px_bytes *memory = context;
	struct px_bytes part;

	if (address < BASE || !px_bytes_slice(*memory, address - BASE, size, &part))
		return false;
	if (size)
		memcpy(buffer, part.data, size);
	return true;
}

/* A layout like Linux's, packed so that a small input holds several modules. */
static const struct px_linux_modules_config config = {
	.layout =
		{
			.size = 160,
			.state = 0,
			.list_next = 8,
			.name = 24,
			.regions = {{80, 88}},
			.regions_count = 1,
			.text = {80, 92},
			.num_orcs = {96, true},
			.orc_ip = {104, true},
			.orc = {112, true},
			.kallsyms = {120, true},
			.notes = {128, true},
			.symbols = {32, 0, 8, 16, {24, true}},
			.note = {0, 8, 16, 0, 8},
		},
	.head = BASE,
	.kernel_start = UINT64_C(0xffffffff81000000),
	.kernel_end = UINT64_C(0xffffffff83000000),
	.have_orc = true,
	.orc_version = PX_ORC_5_12,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bytes memory = px_bytes_of(data, size);
	struct px_linux_reader reader = {read_bytes, &memory};
	struct px_linux_modules *modules = NULL;
	struct px_unwind_map *map = NULL;
	struct px_error *err = px_unwind_map_new(&map);
	bool changed;

	if (!err)
		err = px_linux_modules_new(&config, map, &modules);
	/* The second time much of it is not there. */
	for (unsigned int i = 0; i < 2 && !err; i++) {
		err = px_linux_modules_refresh(modules, &reader, &changed);
		px_linux_modules_find(modules, BASE + 0x100);
		px_unwind_map_find(map, BASE + 0x100);
		memory.size -= memory.size / 3;
	}
	px_error_free(err);
	px_linux_modules_free(modules);
	px_unwind_map_free(map);
	return 0;
}
