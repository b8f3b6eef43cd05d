/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slots of a ring: Xen's public io/netif.h, io/blkif.h. All functions look at a copy of the
 * ring's pages, one after another, and believe nothing of it.
 *
 * In flight is what lies in [rsp_prod, req_prod). Responses overwrite requests in the order in
 * which they are made, which on net tx and block rings need not be that of the requests: the
 * slots in flight are as many as the requests, and not always the same. So a slot that the back
 * end has not taken yet (from its req_cons on) is a request for certain; one before it may be
 * of a request that was answered, and where a packet begins there is not known.
 *
 * A packet of the guest is a chain: a request; if it says so, slots of extra information, which
 * have no id; then a request more as long as the one before announces it.
 */
#ifndef PX_RINGTRACE_SLOTS_H
#define PX_RINGTRACE_SLOTS_H

#include "ringtrace/reading.h"

/** How disk requests are laid out, which depends on the guest. */
enum px_block_protocol {
	PX_BLOCK_X86_64, /* also what a guest without the key has, as it is the host's own */
	PX_BLOCK_X86_32,
};

/** By the front end's key "protocol", NULL without one; false: another machine's. */
bool px_block_protocol_of(const char *key, enum px_block_protocol *ret);

enum {
	PX_SLOTS_MAX = 512, /* of any ring */

	/* struct px_slot.flags of packets, either way (NETTXF_, NETRXF_) */
	PX_SLOT_MORE_DATA = 1 << 2,
	PX_SLOT_EXTRA_INFO = 1 << 3,
	/* struct px_slot.flags of extra information */
	PX_SLOT_EXTRA_MORE = 1 << 0,
};

enum px_slot_use {
	PX_SLOT_FIRST,	  /* a packet, or its first part; a disk request */
	PX_SLOT_NEXT,	  /* another part of a packet */
	PX_SLOT_EXTRA,	  /* extra information of a packet */
	PX_SLOT_BUFFER,	  /* net rx: an empty buffer */
	PX_SLOT_RESPONSE, /* net rx: a part of a packet is PX_SLOT_FIRST and so on */
};

/** "first", "next", "extra", "buffer", "response". */
const char *px_slot_use_name(enum px_slot_use use);

/** One slot; what its use does not have is 0. */
struct px_slot {
	uint32_t index;	   /* as counted: 1042 */
	uint32_t position; /* in the ring: index modulo its slots */
	enum px_slot_use use;
	uint32_t chain; /* number of its packet or request, from 0 */
	bool taken;	/* the back end has: it may have answered it, too */
	bool has_id;
	uint64_t id;
	uint32_t reference;    /* net: grant of the data; block: of the first segment or page */
	uint16_t offset, size; /* net: in bytes; size of the first is the whole packet's */
	uint16_t flags;
	uint8_t type; /* of extra information */
	int32_t status;
	uint8_t operation;	    /* block */
	uint8_t indirect_operation; /* block, indirect: what is to be done */
	uint16_t segments;
	uint16_t handle;
	uint64_t sector, sectors; /* block: first; how many, where the slot tells */
};

/** "read", "write", "flush", "discard", "indirect", ... */
const char *px_block_operation_name(uint8_t operation);

/** "gso", "multicast add", "hash", ... of extra information. */
const char *px_slot_extra_name(uint8_t type);

/** The ring that slots are of. */
struct px_slot_ring {
	enum px_ring_kind kind;
	uint32_t slots;
	enum px_block_protocol protocol;
	struct px_ring_indices indices;
	/** An index where a packet begins and from which on nothing was taken: the back end's
	 * req_cons. Leave it unknown when it has shut the device off: it stops amid a packet.
	 */
	struct px_fact boundary;
};

/**
 * Decode the slots in flight, oldest first; slots_ret has room for PX_SLOTS_MAX. False, and
 * nothing decoded: more are said to be in flight than the ring has, it is none of slots, or the
 * copy is too short.
 */
bool px_slots_in_flight(const struct px_slot_ring *ring, struct px_bytes pages,
			struct px_slot *slots_ret, size_t *count_ret);

/** Likewise the responses in [rsp_cons, rsp_prod), which the guest has not taken. */
bool px_slots_responses(const struct px_slot_ring *ring, struct px_bytes pages,
			uint32_t rsp_cons, struct px_slot *slots_ret, size_t *count_ret);

/** What the slots in flight say together. */
void px_slots_chains(const struct px_slot_ring *ring, const struct px_slot *slots, size_t count,
		     struct px_ring_chains *ret);

#endif
