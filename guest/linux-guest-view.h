/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view of a guest's kernel: symbols of its modules as they are in px_linux_kernel, types of
 * modules from the BTF that the kernel keeps of them in its memory (struct btf_module).
 */
#ifndef PX_GUEST_LINUX_GUEST_VIEW_H
#define PX_GUEST_LINUX_GUEST_VIEW_H

#include "guest/linux-kernel.h"
#include "guest/linux-view.h"

struct px_linux_guest_view;

/**
 * kernel is borrowed and must outlive it. Nothing is read yet. Types of a module are read once
 * and kept until the module is loaded anew; they need the kernel's own as BTF, so with a
 * vmlinux of only DWARF they are not known.
 */
px_must_check struct px_error *px_linux_guest_view_new(const struct px_linux_kernel *kernel,
						       struct px_linux_guest_view **ret);
void px_linux_guest_view_free(struct px_linux_guest_view *view);
void px_linux_guest_view_freep(struct px_linux_guest_view **view);

/**
 * Valid as long as view. Translations of addresses are the kernel's: before each look at what
 * changes, px_linux_kernel_refresh (modules too) or px_memory_new_generation.
 */
struct px_linux_view px_linux_guest_view_get(struct px_linux_guest_view *view);

#endif
