/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A search for the rings of a domain, under way: what is asked of xenstore about a device, and
 * the rings that were found so far. What keys mean differs by kind of device, how they are read
 * does not.
 */
#ifndef PX_RINGTRACE_DISCOVERY_H
#define PX_RINGTRACE_DISCOVERY_H

#include "guest/store.h"
#include "lib/fact.h"
#include "ringtrace/ring-filter.h"

struct px_discovery {
	struct px_store *store;
	const struct px_ring_filter *filter;
	struct px_rings *rings;
	size_t ring_count; /* of all devices */
};

/** A number below folder; unknown where there is none. What is no number is noted in device. */
px_must_check struct px_error *px_discovery_number(struct px_discovery *discovery,
						   struct px_ring_device *device,
						   const char *folder, const char *key,
						   struct px_fact *ret);

/** A key below folder as a string; NULL where there is none. The caller frees it. */
px_must_check struct px_error *px_discovery_text(struct px_discovery *discovery,
						 const char *folder, const char *key,
						 char **ret);

/** How many queues the front end has set up, bounded; those beyond are counted as left out,
 * each with so many rings. */
px_must_check struct px_error *px_discovery_queues(struct px_discovery *discovery,
						   struct px_ring_device *device,
						   uint32_t rings_each, uint32_t *ret);

/** The folder of a queue: of several, one each below the device's; else the device's own. */
struct px_store_path px_discovery_queue_folder(const struct px_ring_device *device,
					       uint32_t queues, uint32_t queue);

/** Note that a queue has no ring in xenstore, unless its front end has not come to that yet. */
px_must_check struct px_error *px_discovery_no_ring(struct px_ring_device *device,
						    uint32_t queue);

/** A ring of one queue of queues; NULL: there are too many, which is counted. */
px_must_check struct px_error *px_discovery_add(struct px_discovery *discovery,
						struct px_ring_device *device,
						enum px_ring_kind kind, uint32_t queues,
						uint32_t queue, struct px_ring **ret);

#endif
