/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers in a kernel's structures. */
#include "guest/linux-members.h"

#include <string.h>

#include "guest/address.h"
#include "lib/memory.h"

enum {
	TRIES = 8, /* of a list that changes */
};

/* --- layout ------------------------------------------------------------------------------- */

static void note_lack(struct px_linux_lookup *lookup, const char *structure, const char *path)
{
	px_driver_lack(lookup->lacks, "this kernel's types have no %s%s%s", structure,
		       *path ? "." : "", path);
}

static bool is_number(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

uint32_t px_linux_need(struct px_linux_lookup *lookup, const char *structure, const char *path,
		       uint32_t size)
{
	struct px_member member = {0};

	if (!px_type_info_member(lookup->types, structure, path, &member) ||
	    (size && member.size != size)) {
		note_lack(lookup, structure, path);
		lookup->failed = true;
	}
	return member.offset;
}

uint32_t px_linux_need_size(struct px_linux_lookup *lookup, const char *structure)
{
	uint32_t size = 0;

	if (!px_type_info_size(lookup->types, structure, &size) || !size) {
		note_lack(lookup, structure, "");
		lookup->failed = true;
	}
	return size;
}

struct px_linux_place px_linux_want(struct px_linux_lookup *lookup, const char *structure,
				    const char *path, uint32_t size)
{
	struct px_linux_place place = {0};
	struct px_member member = {0};

	if (px_type_info_member(lookup->types, structure, path, &member) &&
	    (size ? member.size >= size : is_number(member.size))) {
		place.offset = member.offset;
		place.size = size ? size : member.size;
	} else {
		note_lack(lookup, structure, path);
	}
	return place;
}

unsigned int px_linux_need_bit(struct px_linux_lookup *lookup, const char *name)
{
	int64_t value = 0;

	if (px_type_info_enumerator(lookup->types, name, &value) && value >= 0 && value < 64)
		return (unsigned int)value;
	note_lack(lookup, name, "");
	lookup->failed = true;
	return 0;
}

void px_linux_members_find(struct px_linux_lookup *lookup,
			   const struct px_linux_member *members, size_t count,
			   struct px_linux_place *places)
{
	for (size_t i = 0; i < count; i++)
		places[i] = px_linux_want(lookup, members[i].structure, members[i].path,
					  members[i].size);
}

/* --- reading ------------------------------------------------------------------------------ */

bool px_linux_read_at(const struct px_linux_reader *reader, uint64_t base, uint64_t offset,
		      void *buffer, size_t size)
{
	uint64_t address;

	return base >= PX_LINUX_KERNEL_SPACE &&
	       !__builtin_add_overflow(base, offset, &address) &&
	       size <= UINT64_MAX - address && px_linux_read(reader, address, buffer, size);
}

struct px_fact px_linux_fact_at(const struct px_linux_reader *reader, uint64_t base,
				struct px_linux_place place)
{
	struct px_fact fact = {0};
	uint64_t value = 0;

	/* Little-endian: the lower bytes come first. */
	if (!is_number(place.size) ||
	    !px_linux_read_at(reader, base, place.offset, &value, place.size))
		return fact;
	fact.known = true;
	fact.value = value;
	return fact;
}

void px_linux_members_read(const struct px_linux_reader *reader, uint64_t base,
			   const struct px_linux_member *members,
			   const struct px_linux_place *places, size_t count, void *result)
{
	for (size_t i = 0; i < count; i++) {
		struct px_fact fact = px_linux_fact_at(reader, base, places[i]);

		memcpy((uint8_t *)result + members[i].fact, &fact, sizeof(fact));
	}
}

uint64_t px_linux_pointer_at(const struct px_linux_reader *reader, uint64_t base,
			     uint64_t offset)
{
	uint64_t pointer = 0;

	if (!px_linux_read_at(reader, base, offset, &pointer, sizeof(pointer)) ||
	    pointer < PX_LINUX_KERNEL_SPACE)
		return 0;
	return pointer;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f)
			return false;
	return true;
}

bool px_linux_string_at(const struct px_linux_reader *reader, uint64_t address, char *buffer,
			size_t size)
{
	size_t at = 0;

	while (at < size) {
		size_t part = px_min(size - at, PX_PAGE_SIZE - (address + at) % PX_PAGE_SIZE);

		if (!px_linux_read_at(reader, address, at, buffer + at, part))
			break;
		if (memchr(buffer + at, 0, part)) {
			if (buffer[0] && is_printable(buffer))
				return true;
			break;
		}
		at += part;
	}
	buffer[0] = '\0';
	return false;
}

/* --- lists -------------------------------------------------------------------------------- */

static enum px_linux_walk walk_once(const struct px_linux_reader *reader, uint64_t head,
				    uint64_t *nodes, size_t limit, size_t *count_ret)
{
	struct {
		uint64_t next, prev;
	} links = {0};
	uint64_t at = head;

	*count_ret = 0;
	if (!px_linux_read_at(reader, head, 0, &links, sizeof(links)))
		return PX_WALK_TORN;
	for (;;) {
		uint64_t next = links.next;

		if (!px_linux_read_at(reader, next, 0, &links, sizeof(links)) ||
		    links.prev != at)
			return PX_WALK_TORN;
		if (next == head)
			return PX_WALK_ALL;
		if (*count_ret == limit)
			return PX_WALK_CUT;
		nodes[(*count_ret)++] = next;
		at = next;
	}
}

enum px_linux_walk px_linux_list_read(const struct px_linux_reader *reader, uint64_t head,
				      uint64_t *nodes, size_t limit, size_t *count_ret)
{
	enum px_linux_walk walk = PX_WALK_TORN;

	for (int i = 0; i < TRIES && walk == PX_WALK_TORN; i++)
		walk = walk_once(reader, head, nodes, limit, count_ret);
	return walk;
}
