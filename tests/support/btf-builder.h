/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build small BTF in memory; type numbers are handed out from 1 in the order of the calls. */
#ifndef PX_TESTS_BTF_BUILDER_H
#define PX_TESTS_BTF_BUILDER_H

#include <linux/btf.h>

#include "lib/bytes.h"

struct btf_builder {
	struct btf_header header;
	uint8_t types[8192];
	uint8_t strings[4096];
	uint32_t first_string; /* of a module's BTF: size of the kernel's strings */
	uint32_t next_type;    /* of a module's BTF: the kernel's number of types + 1 */
	uint8_t bytes[16384];
};

struct btf_builder_member {
	const char *name; /* NULL: anonymous */
	uint32_t type;
	uint32_t bit_offset;
	uint32_t bits; /* 0: no bit-field */
};

void btf_builder_init(struct btf_builder *builder);

/** Any record: info from BTF_INFO_ENC below, tail bytes follow it. Returns its number. */
#define BTF_BUILDER_INFO(kind, kflag, vlen) \
	((uint32_t)(kflag) << 31 | (uint32_t)(kind) << 24 | (uint32_t)(vlen))
uint32_t btf_builder_type(struct btf_builder *builder, const char *name, uint32_t info,
			  uint32_t size_or_type, const void *tail, size_t tail_size);

uint32_t btf_builder_int(struct btf_builder *builder, const char *name, uint32_t size);
uint32_t btf_builder_array(struct btf_builder *builder, uint32_t element, uint32_t count);
uint32_t btf_builder_struct(struct btf_builder *builder, const char *name, uint32_t kind,
			    uint32_t size, const struct btf_builder_member *members,
			    uint16_t count);
uint32_t btf_builder_string(struct btf_builder *builder, const char *text);

/** Header, types, strings; borrowed from builder. */
struct px_bytes btf_builder_finish(struct btf_builder *builder);

#endif
