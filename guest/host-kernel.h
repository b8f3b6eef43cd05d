/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux kernel under us, dom0's own: memory through /proc/kcore (an ELF core file of its
 * virtual address space, proc_kcore(5)), symbols from /proc/kallsyms, types from
 * /sys/kernel/btf. All of it is for root, and everything that has to be opened is when opening.
 */
#ifndef PX_GUEST_HOST_KERNEL_H
#define PX_GUEST_HOST_KERNEL_H

#include "guest/linux-view.h"
#include "lib/error.h"

struct px_host_kernel;

enum {
	PX_HOST_MODULES_MAX = 8,
};

/**
 * Open what there is of it now, with the symbols and types of the given modules, of which there
 * are at most PX_HOST_MODULES_MAX (names are borrowed and must outlive it). folder: what stands
 * before /proc and /sys, "" but in tests. Missing pieces are no failure: see _problem. Errors:
 * out of memory only. Before privileges are dropped; reading needs none. Takes some 40 ms and
 * 20 MB: symbols and types of the kernel are kept.
 */
px_must_check struct px_error *px_host_kernel_open(const char *folder,
						   const char *const *modules, size_t count,
						   struct px_host_kernel **ret);
void px_host_kernel_close(struct px_host_kernel *kernel);
void px_host_kernel_closep(struct px_host_kernel **kernel);

/** Why its memory cannot be understood, one line; NULL: it can. Borrowed. */
const char *px_host_kernel_problem(const struct px_host_kernel *kernel);

/** Valid as long as kernel; with a problem nothing in it is found. */
struct px_linux_view px_host_kernel_view(struct px_host_kernel *kernel);

#endif
