/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readings of all rings of a domain. The guest is neither stopped nor written to, gets no
 * events, and its grants are not used: its memory is mapped read-only, as px_guest_ops.map
 * does.
 *
 * A reading goes device by device: the indices of its rings, then what both drivers keep to
 * themselves and the event channels, then the indices again, which count where they moved. So
 * indices that are the same in two readings stood still while the second was made, and all that
 * it has is of one state of the ring. The states of both ends in xenstore are those after that.
 */
#ifndef PX_RINGTRACE_GATHER_H
#define PX_RINGTRACE_GATHER_H

#include "ringtrace/discover.h"
#include "ringtrace/sources.h"

struct px_gather;

/** Both are borrowed and must outlive it. */
px_must_check struct px_error *px_gather_new(struct px_ring_sources *sources,
					     const struct px_ring_filter *filter,
					     struct px_gather **ret);
void px_gather_free(struct px_gather *gather);

/** From now on leave the slots in flight in rings. */
void px_gather_keep_slots(struct px_gather *gather);

/**
 * Add one reading to rings, PX_READINGS_MAX at most. The first one finds what rings there are
 * (rings must be empty before); later ones are of these alone, and a device or ring that has
 * gone or was connected anew keeps the readings that it has and says so. Errors: no memory, no
 * xenstored, PX_ERR_DOMAIN_GONE; what was read before stays.
 */
px_must_check struct px_error *px_gather_take(struct px_gather *gather, struct px_rings *rings);

#endif
