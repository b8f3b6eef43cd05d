/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device as a whole: the handshake of its two ends (L; XenbusState of public/io/xenbus.h),
 * one queue of several (O), and what makes a ring stand still that is not the ring's: a device
 * that is closed (Y), a guest that is stopped (W).
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

static size_t last_of(const struct px_case *c)
{
	return c->rings->reading_count ? c->rings->reading_count - 1 : 0;
}

static bool connected(const struct px_ring_device *device, size_t at)
{
	return device->front_state[at] == PX_XENBUS_CONNECTED &&
	       device->back_state[at] == PX_XENBUS_CONNECTED;
}

/* Neither state changed in any reading. */
static bool settled(const struct px_ring_device *device, size_t last)
{
	for (size_t i = 0; i < last; i++)
		if (device->front_state[i] != device->front_state[i + 1] ||
		    device->back_state[i] != device->back_state[i + 1])
			return false;
	return true;
}

/* Both are on their way out, or the guest has shut its end and the back end is ready for it to
 * come again. */
static bool closed(enum px_xenbus_state front, enum px_xenbus_state back)
{
	if (front == PX_XENBUS_CLOSING)
		return back == PX_XENBUS_CLOSING || back == PX_XENBUS_CLOSED;
	if (front == PX_XENBUS_CLOSED)
		return back != PX_XENBUS_CONNECTED && back != PX_XENBUS_UNKNOWN;
	return false;
}

/* The guest has not begun: it has no driver for the device, or is not there yet. */
static bool not_begun(enum px_xenbus_state front, enum px_xenbus_state back)
{
	return front == PX_XENBUS_INITIALISING &&
	       (back == PX_XENBUS_INITIALISING || back == PX_XENBUS_INIT_WAIT);
}

static void say_states(const struct px_case *c, struct px_evidence *evidence)
{
	size_t last = last_of(c);

	px_say(evidence, "The guest's end is %u (%s), the back end %u (%s).",
	       c->device->front_state[last], px_xenbus_state_name(c->device->front_state[last]),
	       c->device->back_state[last], px_xenbus_state_name(c->device->back_state[last]));
	if (c->device->problem)
		px_say(evidence, " %s.", c->device->problem);
}

/* Whatever else is wrong comes from that. */
enum px_match px_rule_back_down(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_device *device = c->device;

	if (!device->back_stopped || device->gone || !px_case_guest_runs(c) ||
	    closed(device->front_state[last_of(c)], device->back_state[last_of(c)]))
		return PX_MATCH_NO;
	px_say(evidence, "The back end's domain, %u, %s. ", device->back_domain,
	       device->back_stopped);
	say_states(c, evidence);
	return PX_MATCH_YES;
}

/* Its two states do not fit together, and were so in all readings. */
static bool ends_differ(const struct px_case *c)
{
	const struct px_ring_device *device = c->device;
	size_t last = last_of(c);

	if (device->back_stopped || !device->has_states || device->gone ||
	    !px_case_guest_runs(c) || !last)
		return false;
	return settled(device, last) && !connected(device, last) &&
	       device->front_state[last] < PX_XENBUS_RECONFIGURING &&
	       device->back_state[last] < PX_XENBUS_RECONFIGURING &&
	       !closed(device->front_state[last], device->back_state[last]) &&
	       !not_begun(device->front_state[last], device->back_state[last]);
}

/* A guest that starts, or was given the device just now, takes some seconds; so does a back end
 * that is to let go of it, with what a disk is still asked. An end without a state has gone. */
static bool may_be_under_way(const struct px_case *c)
{
	size_t last = last_of(c);

	return px_case_is_short(c) && c->device->front_state[last] != PX_XENBUS_UNKNOWN &&
	       c->device->back_state[last] != PX_XENBUS_UNKNOWN;
}

enum px_match px_rule_changing(const struct px_case *c, struct px_evidence *evidence)
{
	if (!ends_differ(c) || !may_be_under_way(c))
		return PX_MATCH_NO;
	say_states(c, evidence);
	return PX_MATCH_YES;
}

enum px_match px_rule_handshake(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_device *device = c->device;

	if (ends_differ(c) && !may_be_under_way(c)) {
		say_states(c, evidence);
		return PX_MATCH_YES;
	}
	/* Connected without rings: they are there, and could not be found. */
	if (device->has_states && !device->gone && connected(device, last_of(c)) &&
	    !device->ring_count) {
		evidence->missing = 1u << PX_SOURCE_PAGE;
		return PX_MATCH_UNKNOWN;
	}
	return PX_MATCH_NO;
}

enum px_match px_rule_not_begun(const struct px_case *c, struct px_evidence *evidence)
{
	size_t last = last_of(c);

	if (!c->device->has_states || c->device->gone ||
	    !not_begun(c->device->front_state[last], c->device->back_state[last]))
		return PX_MATCH_NO;
	say_states(c, evidence);
	return PX_MATCH_YES;
}

enum px_match px_rule_one_queue(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_device *device = c->device;
	const struct px_queue_faults *faults = &c->faults;
	uint32_t queues = 0;

	for (size_t i = 0; i < device->ring_count; i++) {
		if (!device->rings[i].in_queue)
			return PX_MATCH_NO;
		queues = px_max(queues, device->rings[i].queue + 1);
	}
	if (!faults->ring || faults->spread || queues < 2)
		return PX_MATCH_NO;
	px_say(evidence, "Only queue %u of %u has faults (%zu of its rings).",
	       faults->ring->queue, queues, faults->count);
	return PX_MATCH_YES;
}

enum px_match px_rule_closed(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_device *device = c->device;
	size_t last = last_of(c);

	if (device->gone) {
		px_say(evidence, "The device disappeared while it was looked at.");
		return PX_MATCH_YES;
	}
	if (!device->has_states || !closed(device->front_state[last], device->back_state[last]))
		return PX_MATCH_NO;
	say_states(c, evidence);
	return PX_MATCH_YES;
}

enum px_match px_rule_not_connected(const struct px_case *c, struct px_evidence *evidence)
{
	if (!c->device->gone && (!c->device->has_states || connected(c->device, last_of(c))))
		return PX_MATCH_NO;
	if (c->device->gone)
		px_say(evidence, "The device disappeared while it was looked at.");
	else
		say_states(c, evidence);
	return PX_MATCH_YES;
}

enum px_match px_rule_guest_stopped(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_domain *domain = &c->rings->domain;

	if (px_case_guest_runs(c))
		return PX_MATCH_NO;
	px_say(evidence, "The domain %s.",
	       px_domain_stopped(domain) ? px_domain_stopped(domain)
					 : "was stopped for a part of the time");
	return PX_MATCH_YES;
}
