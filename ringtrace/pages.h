/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared pages of rings: found through grants or by frame number, mapped read-only as the
 * guest's memory in as few batches as they fit in, kept from reading to reading, and copied so
 * that what was copied was there at one instant.
 *
 * They are never mapped through their grants: the grant would be in use by us, and the front
 * end gives up a device whose grants are in use when it wants them back.
 */
#ifndef PX_RINGTRACE_PAGES_H
#define PX_RINGTRACE_PAGES_H

#include "guest/grants.h"
#include "ringtrace/rings.h"

struct px_ring_pages;

/** Both are borrowed and must outlive it; grants NULL: they cannot be read. */
px_must_check struct px_error *
px_ring_pages_new(struct px_guest *guest, struct px_grants *grants, struct px_ring_pages **ret);
void px_ring_pages_free(struct px_ring_pages *pages);

/**
 * Follow all rings of a domain to where their pages are now. Those that are at the same frames
 * as before stay mapped; otherwise all are mapped anew. Why a ring's page is not there is noted
 * in it (PX_SOURCE_PAGE). Errors: no memory, PX_ERR_DOMAIN_GONE.
 */
px_must_check struct px_error *px_ring_pages_follow(struct px_ring_pages *pages,
						    struct px_rings *rings);

/**
 * All pages of the number-th ring, counted through the devices, one after another and live;
 * empty when they are not all there. Borrowed until the next px_ring_pages_follow.
 */
struct px_bytes px_ring_pages_of(const struct px_ring_pages *pages, size_t number);

/**
 * Copy the indices in a ring's live first page into reading->shared or ->stream: producers
 * before events, twice, until both agree. False: they never did, and reading is as it was.
 */
bool px_ring_pages_copy(enum px_ring_kind kind, struct px_bytes page,
			struct px_ring_reading *reading);

#endif
