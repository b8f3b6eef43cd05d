/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a kernel in a guest's memory: bench-kernel [VMLINUX], or the one in
 * PERF_XEN_VMLINUX. Its segments become the memory of a guest double; the time of mapping is
 * therefore that of mmap, and not Xen's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "guest/linux-image.h"
#include "guest/linux-kernel.h"
#include "tests/support/vmlinux-guest.h"

enum {
	ROUNDS = 10
};

#define SLIDE UINT64_C(0x12000000)

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "bench-kernel: %s\n", err->message);
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static struct px_error *count_symbol(void *context, const struct px_kallsyms_symbol *symbol)
{
	++*(size_t *)context;
	return NULL;
}

/* The best of some rounds of each step. */
static void measure(struct px_guest *guest)
{
	double best[4] = {1e9, 1e9, 1e9, 1e9};
	size_t symbols = 0, size = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct px_memory *memory = NULL;
		struct px_linux_found found = {0};
		struct px_linux_kernel *kernel = NULL;
		struct px_buffer image = {0};
		double t[5];

		stop_at(px_memory_new(guest, 4096, &memory));
		t[0] = now_ms();
		stop_at(px_linux_find(guest, memory, &found));
		t[1] = now_ms();
		symbols = 0;
		stop_at(px_linux_kallsyms_each(&found.kallsyms, count_symbol, &symbols));
		t[2] = now_ms();
		stop_at(px_linux_image_new(&found, &image));
		t[3] = now_ms();
		size = image.size;
		stop_at(px_linux_kernel_open(guest, memory, NULL, NULL, &kernel));
		t[4] = now_ms();
		for (unsigned int k = 0; k < 4; k++)
			best[k] = px_min(best[k], t[k + 1] - t[k]);
		px_linux_kernel_close(kernel);
		px_buffer_fini(&image);
		px_linux_found_fini(&found);
		px_memory_free(memory);
	}
	printf("  find the kernel            %7.1f ms\n", best[0]);
	printf("  decode kallsyms            %7.1f ms  %zu symbols\n", best[1], symbols);
	printf("  compose the image          %7.1f ms  %zu KiB\n", best[2], size >> 10);
	printf("  all, and open it           %7.1f ms\n", best[3]);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : getenv("PERF_XEN_VMLINUX");
	struct vmlinux_guest guest = {0};

	if (!path) {
		fprintf(stderr, "bench-kernel: no vmlinux given\n");
		return 2;
	}
	stop_at(vmlinux_guest_init(path, SLIDE, &guest));
	measure(&guest.guest->guest);
	vmlinux_guest_fini(&guest);
	return 0;
}
