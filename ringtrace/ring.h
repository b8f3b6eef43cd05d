/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared page of a paravirtual ring, and the arithmetic of its indices: Xen's public
 * io/ring.h, io/netif.h, io/blkif.h, io/console.h, io/xs_wire.h.
 *
 * A ring of slots holds requests of the front end and, in the same slots, responses of the back
 * end. Both only ever add to their own index; slot = index modulo the number of slots, which is
 * a power of two. All indices are 32 bits wide and wrap. What each side has taken of the
 * other's is not shared: req_cons is private to the back end, rsp_cons to the front end.
 *
 * Who publishes a new index must send an event when that passes the index that the other side
 * asked for; who finds nothing more asks for the next one and looks again ("final check").
 * Together the two rules exclude a wake-up that gets lost.
 *
 * Console and xenstore are two streams of bytes each, whose producer and consumer are shared.
 */
#ifndef PX_RINGTRACE_RING_H
#define PX_RINGTRACE_RING_H

#include <stdbool.h>

#include "lib/bytes.h"

enum px_ring_kind {
	PX_RING_NET_TX,	       /* packets of the guest */
	PX_RING_NET_RX,	       /* empty buffers there, packets for the guest back */
	PX_RING_BLOCK,	       /* disk requests */
	PX_RING_CONSOLE_OUT,   /* what the guest prints */
	PX_RING_CONSOLE_IN,    /* what was typed */
	PX_RING_STORE_REQUEST, /* the guest asks xenstore */
	PX_RING_STORE_REPLY,   /* xenstore answers, and fires watches */
	PX_RING_KINDS,
};

/** "net tx", "net rx", "block", "console out", ... */
const char *px_ring_kind_name(enum px_ring_kind kind);

/** Whether it is one of the streams of bytes. */
bool px_ring_is_stream(enum px_ring_kind kind);

/** Whether the front end is the producer of a stream. */
bool px_ring_front_produces(enum px_ring_kind kind);

/** What the shared page of a ring of slots begins with. */
struct px_ring_indices {
	uint32_t req_prod, req_event; /* published requests; event wanted when it passes */
	uint32_t rsp_prod, rsp_event;
};

/** Of one stream. */
struct px_stream_indices {
	uint32_t prod, cons;
};

#define PX_RING_SLOTS_OFFSET 64 /* where the slots begin */

/**
 * How many slots a ring of pages pages of 4096 bytes has: the largest power of two that fits; 0
 * for streams, for no pages and for more pages than such a ring may have (net 1, block 16).
 */
uint32_t px_ring_slots(enum px_ring_kind kind, uint32_t pages);

/** How many bytes a stream holds; 0 for rings of slots. */
uint32_t px_ring_stream_size(enum px_ring_kind kind);

/** Bytes of a slot: the larger of request and response; of block, in x86_64's layout. */
uint32_t px_ring_slot_size(enum px_ring_kind kind);

/** The indices in (a copy of) a ring's first page; false when page is too short. */
bool px_ring_decode_indices(struct px_bytes page, struct px_ring_indices *ret);

/** Likewise of a stream. */
bool px_ring_decode_stream(enum px_ring_kind kind, struct px_bytes page,
			   struct px_stream_indices *ret);

/** from..to, as indices wrap: 0xfffffffe..1 is 3. */
static inline uint32_t px_ring_distance(uint32_t from, uint32_t to)
{
	return to - from;
}

/** Whether index lies in (from, to] of less than half of all indices. */
static inline bool px_ring_passed(uint32_t from, uint32_t to, uint32_t index)
{
	return (uint32_t)(to - index) < (uint32_t)(to - from);
}

/** Whether a producer that goes from..to has to send an event to who asked for one at event. */
static inline bool px_ring_event_due(uint32_t from, uint32_t to, uint32_t event)
{
	return px_ring_passed(from, to, event);
}

#endif
