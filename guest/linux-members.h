/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in a kernel's structures as facts: tables that name members, where these lie in one
 * kernel, and reading them. What drivers' state is read with (linux-driver-private.h).
 */
#ifndef PX_GUEST_LINUX_MEMBERS_H
#define PX_GUEST_LINUX_MEMBERS_H

#include "guest/driver-state.h"
#include "guest/linux-reader.h"
#include "symbolize/type-info.h"

/** A number, and where it goes in the structure that is filled in. */
struct px_linux_member {
	const char *structure, *path; /* as for px_type_info_member */
	size_t fact;		      /* offset of its struct px_fact in the result */
	uint32_t size; /* bytes; 0: as many as the types say; of an array, of one element */
};

#define PX_LINUX_MEMBER(result, fact, structure, path)       \
	{                                                    \
		(structure), (path), offsetof(result, fact), \
	}

/** Where it lies. */
struct px_linux_place {
	uint32_t offset;
	uint32_t size; /* 1, 2, 4 or 8; 0: this kernel does not have it */
};

/** Looking for members, of which the first that is not there is noted. */
struct px_linux_lookup {
	const struct px_type_info *types;
	bool failed; /* one that was needed is not there */
	char lacks[PX_DRIVER_LACKS_MAX];
};

/** Offset of a member of size bytes (0: any) without which nothing can be done. */
uint32_t px_linux_need(struct px_linux_lookup *lookup, const char *structure, const char *path,
		       uint32_t size);

/** Size of such a structure. */
uint32_t px_linux_need_size(struct px_linux_lookup *lookup, const char *structure);

/** A member of size bytes (0: 1, 2, 4 or 8) that may be missing. */
struct px_linux_place px_linux_want(struct px_linux_lookup *lookup, const char *structure,
				    const char *path, uint32_t size);

/** A bit number below 64, which is needed, by the name of its enumerator. */
unsigned int px_linux_need_bit(struct px_linux_lookup *lookup, const char *name);

/** All of a table. */
void px_linux_members_find(struct px_linux_lookup *lookup,
			   const struct px_linux_member *members, size_t count,
			   struct px_linux_place *places);

/** Read what lies at base into result; unknown is what is not there or cannot be read. */
void px_linux_members_read(const struct px_linux_reader *reader, uint64_t base,
			   const struct px_linux_member *members,
			   const struct px_linux_place *places, size_t count, void *result);

/** px_linux_read of kernel addresses only, whose sum base + offset does not wrap. */
bool px_linux_read_at(const struct px_linux_reader *reader, uint64_t base, uint64_t offset,
		      void *buffer, size_t size);

/** One number. */
struct px_fact px_linux_fact_at(const struct px_linux_reader *reader, uint64_t base,
				struct px_linux_place place);

/** A pointer that is not NULL and leads into the kernel; 0 when it does not. */
uint64_t px_linux_pointer_at(const struct px_linux_reader *reader, uint64_t base,
			     uint64_t offset);

/**
 * A printable string of less than size bytes at address, terminated; "" and false when there is
 * none. Reads no page that the string does not reach.
 */
bool px_linux_string_at(const struct px_linux_reader *reader, uint64_t address, char *buffer,
			size_t size);

/** A number of bits of a fact, as a flag. */
static inline struct px_fact px_fact_bit(struct px_fact fact, unsigned int bit)
{
	if (fact.known)
		fact.value = bit < 64 ? fact.value >> bit & 1 : 0;
	return fact;
}

/** Whether it is not 0, as a flag. */
static inline struct px_fact px_fact_flag(struct px_fact fact)
{
	fact.value = fact.value != 0;
	return fact;
}

/**
 * How a walk of a circular list of struct list_head went: a node whose prev is not the one that
 * we come from was changed meanwhile, or is a lie.
 */
enum px_linux_walk {
	PX_WALK_ALL,
	PX_WALK_CUT,  /* there are more than limit */
	PX_WALK_TORN, /* it never held still */
};

/**
 * The nodes of the list at head, in order, into nodes; tries a few times. Of a torn one,
 * *count_ret are those that the last try met.
 */
enum px_linux_walk px_linux_list_read(const struct px_linux_reader *reader, uint64_t head,
				      uint64_t *nodes, size_t limit, size_t *count_ret);

#endif
