/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from BTF (Linux Documentation/bpf/btf.rst, linux/btf.h).
 *
 * BTF is a header, a run of type records of different lengths, and strings. Records are
 * numbered from 1 in file order, so opening walks them once and keeps where each begins; after
 * that walk every record is known to lie inside. References between types and into the
 * strings are checked when they are followed. The BTF of a module is a continuation of the
 * kernel's: numbers and string offsets go on where those of the kernel end.
 */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/type-info-private.h"

/* Real chains of typedefs, qualifiers and arrays are a handful long; damaged ones are cyclic.
 */
#define MAX_CHAIN 32

#define POINTER_SIZE 8

/* Bytes of a name that are hashed: longer ones are rare. */
#define HASHED 64

struct btf_info {
	struct px_type_info info;
	const struct btf_info *base; /* NULL: none */
	uint8_t *bytes;
	struct px_bytes types, strings; /* parts of bytes */
	uint32_t first_id;		/* number of the first record in types */
	uint32_t first_string;		/* offset of the first byte of strings */
	uint32_t *offsets;		/* of each record in types */
	size_t count, capacity;
	/* Made by the first look-up: the records that have a name to look up, by the low bits
	 * of its hash, in file order among equal ones: those of bucket b are named[buckets[b]]
	 * .. named[buckets[b + 1] - 1]. However names are chosen, making it takes time that is
	 * linear in the records. NULL: none yet. */
	uint32_t *buckets, *named;
	size_t bucket_mask;
};

/* --- records ------------------------------------------------------------------------------ */

static const struct btf_type *type_at(const struct btf_info *btf, px_type id)
{
	while (btf && id < btf->first_id)
		btf = btf->base;
	if (!btf || id - btf->first_id >= btf->count)
		return NULL;
	return (const struct btf_type *)(btf->types.data + btf->offsets[id - btf->first_id]);
}

/* "" for what is out of range. */
static const char *string_at(const struct btf_info *btf, uint32_t offset)
{
	while (btf->base && offset < btf->first_string)
		btf = btf->base;
	offset -= btf->first_string;
	return offset < btf->strings.size ? (const char *)btf->strings.data + offset : "";
}

static unsigned int kind_of(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static bool is_aggregate(const struct btf_type *t)
{
	return kind_of(t) == BTF_KIND_STRUCT || kind_of(t) == BTF_KIND_UNION;
}

static bool is_alias(const struct btf_type *t)
{
	switch (kind_of(t)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return true;
	default:
		return false;
	}
}

/* What follows a struct btf_type; false for a kind that we do not know. */
static bool tail_size(const struct btf_type *t, size_t *ret)
{
	size_t vlen = BTF_INFO_VLEN(t->info);

	switch (kind_of(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		*ret = 0;
		return true;
	case BTF_KIND_INT:
		*ret = sizeof(uint32_t);
		return true;
	case BTF_KIND_VAR:
		*ret = sizeof(struct btf_var);
		return true;
	case BTF_KIND_DECL_TAG:
		*ret = sizeof(struct btf_decl_tag);
		return true;
	case BTF_KIND_ARRAY:
		*ret = sizeof(struct btf_array);
		return true;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		*ret = vlen * sizeof(struct btf_member);
		return true;
	case BTF_KIND_ENUM:
		*ret = vlen * sizeof(struct btf_enum);
		return true;
	case BTF_KIND_ENUM64:
		*ret = vlen * sizeof(struct btf_enum64);
		return true;
	case BTF_KIND_FUNC_PROTO:
		*ret = vlen * sizeof(struct btf_param);
		return true;
	case BTF_KIND_DATASEC:
		*ret = vlen * sizeof(struct btf_var_secinfo);
		return true;
	default:
		return false;
	}
}

/* --- operations --------------------------------------------------------------------------- */

static px_type btf_strip(struct px_type_info *info, px_type type, bool into_array)
{
	for (unsigned int i = 0; i < MAX_CHAIN; i++) {
		const struct btf_type *t = type_at((struct btf_info *)info, type);

		if (!t)
			return 0;
		if (is_alias(t))
			type = t->type;
		else if (kind_of(t) == BTF_KIND_ARRAY && into_array)
			type = ((const struct btf_array *)(t + 1))->type;
		else
			return type;
	}
	return 0;
}

/* A typedef counts only when it names a structure that has no name of its own. */
static bool names_aggregate(struct btf_info *btf, px_type id, const struct btf_type *t)
{
	const struct btf_type *target;

	if (is_aggregate(t))
		return true;
	if (kind_of(t) != BTF_KIND_TYPEDEF)
		return false;
	target = type_at(btf, btf_strip(&btf->info, id, false));
	return target && is_aggregate(target) && !string_at(btf, target->name_off)[0];
}

/* Record i of this BTF, not of its base. */
static const struct btf_type *record(const struct btf_info *btf, size_t i)
{
	return (const struct btf_type *)(btf->types.data + btf->offsets[i]);
}

static const char *name_of(const struct btf_info *btf, size_t i)
{
	return string_at(btf, record(btf, i)->name_off);
}

static bool can_be_named(struct btf_info *btf, size_t i)
{
	px_type id = (px_type)btf->first_id + i;

	return name_of(btf, i)[0] && names_aggregate(btf, id, record(btf, i));
}

/* FNV-1a, of a name's beginning: all records may share one name as long as the strings. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < HASHED && name[i]; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619U;
	return hash;
}

static size_t bucket_of(const struct btf_info *btf, const char *name)
{
	return hash_of(name) & btf->bucket_mask;
}

static struct px_error *allocate_index(struct btf_info *btf)
{
	size_t named = 0, size = 16;
	struct px_error *err;

	for (size_t i = 0; i < btf->count; i++)
		named += can_be_named(btf, i);
	while (size < named)
		size *= 2;
	btf->bucket_mask = size - 1;
	err = px_calloc(named, sizeof(*btf->named), &btf->named);
	return err ? err : px_calloc(size + 2, sizeof(*btf->buckets), &btf->buckets);
}

/* A counting sort: counts, from them ends, from them the places. */
static void fill_index(struct btf_info *btf)
{
	uint32_t *next = btf->buckets + 1;

	for (size_t i = 0; i < btf->count; i++)
		if (can_be_named(btf, i))
			next[bucket_of(btf, name_of(btf, i)) + 1]++;
	for (size_t b = 0; b <= btf->bucket_mask; b++)
		next[b + 1] += next[b];
	for (size_t i = 0; i < btf->count; i++)
		if (can_be_named(btf, i))
			btf->named[next[bucket_of(btf, name_of(btf, i))]++] = (uint32_t)i;
}

static bool index_names(struct btf_info *btf)
{
	struct px_error *err = allocate_index(btf);

	if (!err) {
		fill_index(btf);
		return true;
	}
	px_error_free(err);
	px_freep(&btf->named);
	px_freep(&btf->buckets);
	return false;
}

static px_type find_here(struct btf_info *btf, const char *name)
{
	size_t bucket;

	if (!btf->buckets && !index_names(btf))
		return 0;
	bucket = bucket_of(btf, name);
	for (size_t n = btf->buckets[bucket]; n < btf->buckets[bucket + 1]; n++)
		if (!strcmp(name_of(btf, btf->named[n]), name))
			return (px_type)btf->first_id + btf->named[n];
	return 0;
}

/* What a module has of its own hides what the kernel has of the same name. */
static px_type btf_find(struct px_type_info *info, const char *name)
{
	struct btf_info *btf = (struct btf_info *)info;
	px_type found = 0;

	for (; btf && !found; btf = (struct btf_info *)(uintptr_t)btf->base)
		found = find_here(btf, name);
	return found;
}

static void btf_visit_members(struct px_type_info *info, px_type type,
			      px_type_member_visitor visit, void *context)
{
	struct btf_info *btf = (struct btf_info *)info;
	const struct btf_type *t = type_at(btf, type);
	const struct btf_member *members;

	if (!t || !is_aggregate(t))
		return;
	members = (const struct btf_member *)(t + 1);
	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		bool sized = BTF_INFO_KFLAG(t->info);
		uint32_t bits = members[i].offset;
		uint32_t width = sized ? BTF_MEMBER_BITFIELD_SIZE(bits) : 0;
		struct px_type_member member = {
			.name = string_at(btf, members[i].name_off),
			.type = members[i].type,
		};

		if (sized)
			bits = BTF_MEMBER_BIT_OFFSET(bits);
		member.offset = bits / 8;
		member.bit_field = width || bits % 8;
		if (visit(context, &member))
			return;
	}
}

static bool btf_size(struct px_type_info *info, px_type type, uint32_t *ret)
{
	uint32_t count = 1;

	for (unsigned int i = 0; i < MAX_CHAIN; i++) {
		const struct btf_type *t;

		type = btf_strip(info, type, false);
		t = type_at((struct btf_info *)info, type);
		if (!t)
			return false;
		switch (kind_of(t)) {
		case BTF_KIND_ARRAY: {
			const struct btf_array *array = (const struct btf_array *)(t + 1);

			if (__builtin_mul_overflow(count, array->nelems, &count))
				return false;
			type = array->type;
			continue;
		}
		case BTF_KIND_PTR:
			return !__builtin_mul_overflow(count, POINTER_SIZE, ret);
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return !__builtin_mul_overflow(count, t->size, ret);
		default:
			return false;
		}
	}
	return false;
}

static bool enum_value(const struct btf_info *btf, const struct btf_type *t, const char *name,
		       int64_t *ret)
{
	const struct btf_enum *narrow = (const struct btf_enum *)(t + 1);
	const struct btf_enum64 *wide = (const struct btf_enum64 *)(t + 1);
	bool is_wide = kind_of(t) == BTF_KIND_ENUM64;

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		uint32_t its = is_wide ? wide[i].name_off : narrow[i].name_off;

		if (strcmp(string_at(btf, its), name))
			continue;
		if (is_wide)
			*ret = (int64_t)((uint64_t)wide[i].val_hi32 << 32 | wide[i].val_lo32);
		else /* the flag says that the values are signed */
			*ret = BTF_INFO_KFLAG(t->info) ? narrow[i].val
						       : (int64_t)(uint32_t)narrow[i].val;
		return true;
	}
	return false;
}

static bool btf_enumerator(struct px_type_info *info, const char *name, int64_t *ret)
{
	const struct btf_info *btf = (const struct btf_info *)info;
	px_type end = (px_type)btf->first_id + btf->count;

	for (px_type id = 1; id < end; id++) {
		const struct btf_type *t = type_at(btf, id);

		if (t && (kind_of(t) == BTF_KIND_ENUM || kind_of(t) == BTF_KIND_ENUM64) &&
		    enum_value(btf, t, name, ret))
			return true;
	}
	return false;
}

static void btf_close(struct px_type_info *info)
{
	struct btf_info *btf = (struct btf_info *)info;

	free(btf->bytes);
	free(btf->offsets);
	free(btf->named);
	free(btf->buckets);
	free(btf);
}

static const struct px_type_info_ops btf_ops = {
	.format = "BTF",
	.find = btf_find,
	.strip = btf_strip,
	.members = btf_visit_members,
	.size = btf_size,
	.enumerator = btf_enumerator,
	.close = btf_close,
};

/* --- opening ------------------------------------------------------------------------------ */

static struct px_error *damaged(const char *what)
{
	return px_error_new(PX_ERR_BAD_FORMAT, "damaged BTF: %s", what);
}

/* Find the two parts. Records are used in place, so they must be aligned. */
static struct px_error *read_header(struct btf_info *btf, struct px_bytes bytes)
{
	struct px_bytes rest;
	struct btf_header header;

	if (bytes.size < sizeof(header))
		return px_error_new(PX_ERR_TRUNCATED, "BTF ends inside its header");
	memcpy(&header, bytes.data, sizeof(header));
	if (header.magic != BTF_MAGIC)
		return damaged("wrong magic number");
	if (header.version != BTF_VERSION)
		return px_error_new(PX_ERR_UNSUPPORTED, "BTF version %u", header.version);
	if (header.hdr_len < sizeof(header) || header.hdr_len % 4 || header.type_off % 4)
		return damaged("header");
	if (header.hdr_len > bytes.size)
		return px_error_new(PX_ERR_TRUNCATED, "BTF ends inside its header");
	if (!px_bytes_slice(bytes, header.hdr_len, bytes.size - header.hdr_len, &rest) ||
	    !px_bytes_slice(rest, header.type_off, header.type_len, &btf->types) ||
	    !px_bytes_slice(rest, header.str_off, header.str_len, &btf->strings))
		return px_error_new(PX_ERR_TRUNCATED, "BTF ends inside its types or strings");
	if (!btf->strings.size || btf->strings.data[btf->strings.size - 1])
		return damaged("strings do not end");
	return NULL;
}

static struct px_error *index_types(struct btf_info *btf)
{
	struct px_cursor c = px_cursor_of(btf->types);

	while (px_cursor_left(&c)) {
		struct px_error *err;
		struct btf_type t;
		size_t start = c.pos, tail = 0;
		struct px_bytes record = px_cursor_bytes(&c, sizeof(t));

		if (c.failed)
			return damaged("a type record is cut off");
		memcpy(&t, record.data, sizeof(t));
		if (!tail_size(&t, &tail))
			return px_error_new(PX_ERR_UNSUPPORTED, "BTF with a type of kind %u",
					    kind_of(&t));
		px_cursor_skip(&c, tail);
		if (c.failed)
			return damaged("a type record is cut off");
		err = px_array_grow(btf->offsets, btf->count, btf->capacity);
		if (err)
			return err;
		btf->offsets[btf->count++] = (uint32_t)start;
	}
	return NULL;
}

struct px_error *px_type_info_open_btf(struct px_bytes bytes, const struct px_type_info *base,
				       struct px_type_info **ret)
{
	struct btf_info *btf = NULL;
	struct px_error *err;

	if (base && base->ops != &btf_ops)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "a module's BTF needs the kernel's types as BTF too");
	err = px_calloc(1, sizeof(*btf), &btf);
	if (err)
		return err;
	btf->info.ops = &btf_ops;
	btf->base = (const struct btf_info *)base;
	btf->first_id = 1;
	if (btf->base) {
		btf->first_id = (uint32_t)(btf->base->first_id + btf->base->count);
		btf->first_string =
			(uint32_t)(btf->base->first_string + btf->base->strings.size);
	}
	err = px_calloc(bytes.size, 1, &btf->bytes);
	if (!err && bytes.size)
		memcpy(btf->bytes, bytes.data, bytes.size);
	if (!err)
		err = read_header(btf, px_bytes_of(btf->bytes, bytes.size));
	if (!err)
		err = index_types(btf);
	if (err) {
		btf_close(&btf->info);
		return err;
	}
	*ret = &btf->info;
	return NULL;
}
