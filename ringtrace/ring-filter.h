/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a domain's devices and queues are meant, as a user says it. */
#ifndef PX_RINGTRACE_RING_FILTER_H
#define PX_RINGTRACE_RING_FILTER_H

#include "ringtrace/rings.h"

/** Which to look for; zero-initialised: all. */
struct px_ring_filter {
	bool one_device;
	enum px_ring_class class;
	uint32_t id;
	bool one_queue;
	uint32_t queue;
};

/**
 * Parse "vif/0", "vbd/51712", "console", "xenstore": the parse of an option whose member is a
 * struct px_ring_filter. PX_ERR_USAGE.
 */
px_must_check struct px_error *px_ring_filter_option(const char *value, void *member);

/** Whether a device is meant. */
bool px_ring_filter_wants(const struct px_ring_filter *filter, enum px_ring_class class,
			  uint32_t id);

/** Whether a queue is, of whatever device. */
bool px_ring_filter_wants_queue(const struct px_ring_filter *filter, uint32_t queue);

/** A device's number as its name in xenstore spells it: decimal, 32 bits, no leading zeros. */
bool px_ring_id_parse(const char *text, uint32_t *ret);

#endif
