/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a Linux kernel keeps the types of its modules.
 *
 * A module's section .BTF does not stay loaded with it: what struct module says of it is
 * cleared, or leads to memory that was freed. What stays is the copy in struct btf, which
 * /sys/kernel/btf/NAME shows, on the list btf_modules (kernel/bpf/btf.c, since Linux 5.11).
 */
#ifndef PX_GUEST_LINUX_MODULE_BTF_H
#define PX_GUEST_LINUX_MODULE_BTF_H

#include "guest/linux-reader.h"
#include "symbolize/type-info.h"

enum {
	PX_LINUX_MODULE_BTF_MAX = 16 << 20, /* bytes; the largest modules have about 1 MiB */
};

/** Offsets in one kernel. */
struct px_linux_module_btf_layout {
	bool known;
	uint32_t links, module, btf; /* struct btf_module */
	uint32_t data, data_size;    /* struct btf */
};

/** types may be NULL. */
struct px_linux_module_btf_layout
px_linux_module_btf_layout_of(const struct px_type_info *types);

struct px_linux_module_btf {
	uint64_t address;
	uint32_t size; /* at most PX_LINUX_MODULE_BTF_MAX */
};

/**
 * That of the module whose struct module lies at the address module. head: address of
 * btf_modules. False: the kernel keeps none, or the list cannot be walked.
 */
bool px_linux_module_btf_find(const struct px_linux_module_btf_layout *layout,
			      const struct px_linux_reader *reader, uint64_t head,
			      uint64_t module, struct px_linux_module_btf *ret);

#endif
