/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as a unikernel's image, in a guest whose memory is empty where its code would be. */
#include "guest/unikernel.h"

#include <stdlib.h>

#include "tests/support/guest-double.h"

#define MAPPED 0x100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct px_unikernel *unikernel)
{
	struct px_unwind_map *map = px_unikernel_unwind_map(unikernel);

	for (uint64_t address = MAPPED; address < MAPPED + 0x4000; address += 0x3f) {
		px_unwind_map_find(map, address);
		px_unikernel_find_symbol(unikernel, address);
	}
	px_unikernel_close(unikernel);
}

static void open_in_guest(struct px_elf_image *image)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PV, 1);
	px_root root = px_guest_double_root(guest);
	struct px_unikernel *unikernel = NULL;
	struct px_memory *memory = NULL;

	px_guest_double_write(guest, PX_PAGING_4_LEVEL, root, MAPPED, "", 1);
	px_guest_double_run(guest, 0, PX_PAGING_4_LEVEL, root, MAPPED + 0x40, MAPPED + 0x800);
	if (px_memory_new(&guest->guest, 16, &memory))
		abort();
	px_error_free(px_unikernel_open(&guest->guest, memory, image, &unikernel));
	if (unikernel)
		ask(unikernel);
	px_memory_free(memory);
	px_guest_close(&guest->guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = px_elf_image_open_bytes(px_bytes_of(data, size), "fuzz", &image);

	px_error_free(err);
	if (!err && px_unikernel_is_image(image))
		open_in_guest(image);
	else
		px_elf_image_close(image);
	return 0;
}
