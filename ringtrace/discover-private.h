/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the discovery share: one file a kind of device. */
#ifndef PX_RINGTRACE_DISCOVER_PRIVATE_H
#define PX_RINGTRACE_DISCOVER_PRIVATE_H

#include "lib/fact.h"
#include "ringtrace/discover.h"

struct px_discovery {
	struct px_store *store;
	const struct px_ring_filter *filter;
	struct px_rings *rings;
	size_t ring_count; /* of all devices */
};

/** The rings of a device whose ends are known. */
px_must_check struct px_error *px_discover_net(struct px_discovery *discovery,
					       struct px_ring_device *device);
px_must_check struct px_error *px_discover_block(struct px_discovery *discovery,
						 struct px_ring_device *device);
px_must_check struct px_error *px_discover_console(struct px_discovery *discovery,
						   struct px_ring_device *device);
px_must_check struct px_error *px_discover_store(struct px_discovery *discovery,
						 struct px_ring_device *device);

/** A number below folder; unknown where there is none. What is no number is noted in device. */
px_must_check struct px_error *px_discover_number(struct px_discovery *discovery,
						  struct px_ring_device *device,
						  const char *folder, const char *key,
						  struct px_fact *ret);

/** A key below folder as a string; NULL where there is none. The caller frees it. */
px_must_check struct px_error *px_discover_text(struct px_discovery *discovery,
						const char *folder, const char *key,
						char **ret);

/** How many queues the front end has set up, bounded; those beyond are counted as left out,
 * each with so many rings. */
px_must_check struct px_error *px_discover_queues(struct px_discovery *discovery,
						  struct px_ring_device *device,
						  uint32_t rings_each, uint32_t *ret);

/** Whether the filter lets it through. */
bool px_discover_wants_queue(const struct px_discovery *discovery, uint32_t queue);

/** The folder of a queue: of several, one each below the device's; else the device's own. */
struct px_store_path px_discover_queue_folder(const struct px_ring_device *device,
					      uint32_t queues, uint32_t queue);

/** Note that a queue has no ring in xenstore, unless its front end has not come to that yet. */
px_must_check struct px_error *px_discover_no_ring(struct px_ring_device *device,
						   uint32_t queue);

/** A ring of one queue of queues; NULL: there are too many, which is counted. */
px_must_check struct px_error *px_discover_add(struct px_discovery *discovery,
					       struct px_ring_device *device,
					       enum px_ring_kind kind, uint32_t queues,
					       uint32_t queue, struct px_ring **ret);

#endif
