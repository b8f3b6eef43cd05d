/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small BTF in memory. */
#include "tests/support/btf-builder.h"

#include <assert.h>
#include <string.h>

void btf_builder_init(struct btf_builder *builder)
{
	memset(builder, 0, sizeof(*builder));
	builder->header.magic = BTF_MAGIC;
	builder->header.version = BTF_VERSION;
	builder->header.hdr_len = sizeof(builder->header);
	builder->header.str_len = 1;
	builder->next_type = 1;
}

uint32_t btf_builder_string(struct btf_builder *builder, const char *text)
{
	uint32_t offset = builder->header.str_len;
	size_t size = text ? strlen(text) + 1 : 0;

	if (!size)
		return 0;
	assert(offset + size <= sizeof(builder->strings));
	memcpy(builder->strings + offset, text, size);
	builder->header.str_len += (uint32_t)size;
	return builder->first_string + offset;
}

static void append(struct btf_builder *builder, const void *data, size_t size)
{
	assert(builder->header.type_len + size <= sizeof(builder->types));
	if (size)
		memcpy(builder->types + builder->header.type_len, data, size);
	builder->header.type_len += (uint32_t)size;
}

uint32_t btf_builder_type(struct btf_builder *builder, const char *name, uint32_t info,
			  uint32_t size_or_type, const void *tail, size_t tail_size)
{
	struct btf_type type = {.name_off = btf_builder_string(builder, name), .info = info};

	type.size = size_or_type;
	append(builder, &type, sizeof(type));
	append(builder, tail, tail_size);
	return builder->next_type++;
}

uint32_t btf_builder_int(struct btf_builder *builder, const char *name, uint32_t size)
{
	uint32_t bits = 8 * size;

	return btf_builder_type(builder, name, BTF_BUILDER_INFO(BTF_KIND_INT, 0, 0), size,
				&bits, sizeof(bits));
}

uint32_t btf_builder_array(struct btf_builder *builder, uint32_t element, uint32_t count)
{
	struct btf_array array = {.type = element, .index_type = element, .nelems = count};

	return btf_builder_type(builder, NULL, BTF_BUILDER_INFO(BTF_KIND_ARRAY, 0, 0), 0,
				&array, sizeof(array));
}

uint32_t btf_builder_struct(struct btf_builder *builder, const char *name, uint32_t kind,
			    uint32_t size, const struct btf_builder_member *members,
			    uint16_t count)
{
	struct btf_member tail[64];
	bool bits = false;

	assert(count <= px_array_size(tail));
	for (size_t i = 0; i < count; i++)
		bits |= members[i].bits != 0;
	for (size_t i = 0; i < count; i++)
		tail[i] = (struct btf_member){
			.name_off = btf_builder_string(builder, members[i].name),
			.type = members[i].type,
			.offset = members[i].bit_offset | members[i].bits << 24,
		};
	return btf_builder_type(builder, name, BTF_BUILDER_INFO(kind, bits, count), size, tail,
				count * sizeof(tail[0]));
}

struct px_bytes btf_builder_finish(struct btf_builder *builder)
{
	uint8_t *at = builder->bytes;

	builder->header.str_off = builder->header.type_off + builder->header.type_len;
	memcpy(at, &builder->header, sizeof(builder->header));
	at += sizeof(builder->header) + builder->header.type_off;
	memcpy(at, builder->types, builder->header.type_len);
	at += builder->header.type_len;
	memcpy(at, builder->strings, builder->header.str_len);
	at += builder->header.str_len;
	return px_bytes_of(builder->bytes, (size_t)(at - builder->bytes));
}
