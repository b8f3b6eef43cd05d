/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain with one device whose rings are idle and of which everything is known, twice read.
 */
#ifndef PX_TESTS_SUPPORT_RING_WORLD_H
#define PX_TESTS_SUPPORT_RING_WORLD_H

#include "ringtrace/verdict.h"

#define WORLD_SECOND UINT64_C(1000000000)

enum {
	WORLD_RINGS = 8,
	WORLD_POSTED = 230, /* buffers of an idle rx ring */
};

/** Nothing in it is allocated. */
struct ring_world {
	struct px_rings rings;
	struct px_ring_device device;
	struct px_ring ring[WORLD_RINGS];
};

/** One ring of kind whose indices stand at base; the readings are a second apart. */
void ring_world_init(struct ring_world *world, enum px_ring_kind kind, uint32_t base);

/** Another ring of the same device, in queue; all of them are then in queues. */
struct px_ring *ring_world_add(struct ring_world *world, enum px_ring_kind kind, uint32_t base,
			       uint32_t queue);

/** The first reading or the last of the first ring. */
struct px_ring_reading *ring_world_reading(struct ring_world *world, size_t number);

/** Add delta to all indices of a reading. */
void ring_world_shift(struct px_ring_reading *reading, uint32_t delta);

/** What would be there if source told nothing. */
void ring_world_blank(struct px_ring_reading *reading, enum px_ring_source source);

/** The verdicts of the first ring, and whether one of them is id's. */
void ring_world_judge(const struct ring_world *world, struct px_verdicts *ret);
bool ring_world_has(const struct px_verdicts *verdicts, const char *id);

/** "A2 C", for messages. Returns buffer. */
const char *ring_world_ids(const struct px_verdicts *verdicts, char *buffer, size_t size);

#endif
