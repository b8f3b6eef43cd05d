/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run the table over a ring or a device, and say how well it is. */
#include "ringtrace/verdict.h"

#include "ringtrace/rule-tests.h"

static void add(struct px_verdicts *verdicts, const struct px_rule *rule,
		const struct px_evidence *evidence)
{
	if (verdicts->count < PX_VERDICTS_MAX)
		verdicts->verdicts[verdicts->count++] =
			(struct px_verdict){.rule = rule, .evidence = *evidence};
}

static bool is_about(const struct px_rule *rule, const struct px_case *c)
{
	return c->ring ? (rule->kinds & 1u << c->ring->kind) != 0 : rule->kinds == 0;
}

/* What a kick did: it does not change what was wrong before. */
static void say_kick(const struct px_case *c, struct px_evidence *evidence)
{
	struct px_case after = *c;

	if (!c->kicked)
		return;
	after.first = c->last;
	after.last = c->kicked;
	px_say(evidence, px_case_moved(&after)
				 ? " After an event was sent by hand it moved on."
				 : " An event that was sent by hand changed nothing.");
}

/* All rules of one health, in order; the sources that they lacked. */
static unsigned int run(const struct px_case *c, enum px_health health,
			struct px_verdicts *verdicts)
{
	size_t count = 0;
	const struct px_rule *rules = px_rules(&count);
	unsigned int missing = 0;

	for (size_t i = 0; i < count; i++) {
		struct px_evidence evidence = {0};
		enum px_match match;

		if (rules[i].health != health || !rules[i].test || !is_about(&rules[i], c))
			continue;
		match = rules[i].test(c, &evidence);
		if (match == PX_MATCH_UNKNOWN)
			missing |= evidence.missing;
		if (match != PX_MATCH_YES)
			continue;
		if (health == PX_HEALTH_FAULT)
			say_kick(c, &evidence);
		add(verdicts, &rules[i], &evidence);
	}
	return missing;
}

static void say_unknown(const struct px_case *c, bool looks_idle, unsigned int missing,
			struct px_evidence *evidence)
{
	if (!c->first)
		px_say(evidence, "The ring could not be read.");
	else if (c->first == c->last)
		px_say(evidence, "One reading does not tell what moves.");
	else if (px_case_elapsed_ns(c) < PX_STILL_NS)
		px_say(evidence, "The readings are too close to each other.");
	else if (!c->first->readable || !c->last->readable)
		px_say(evidence, "The shared page was not readable.");
	else if (!px_case_connected(c))
		px_say(evidence, "The device was connected while it was watched.");
	else if (looks_idle)
		px_say(evidence, "It looks idle.");
	else
		px_say(evidence, "It stands still, and nothing that is known explains how.");
	if (c->last && c->last->readable && !px_ring_is_stream(c->ring->kind))
		px_say(evidence, " req_prod %u, req_event %u, rsp_prod %u, rsp_event %u.",
		       c->last->shared.req_prod, c->last->shared.req_event,
		       c->last->shared.rsp_prod, c->last->shared.rsp_event);
	if (!missing)
		return;
	px_say(evidence, " Not known: ");
	px_say_sources(evidence, missing);
	px_say(evidence, ".");
}

static void add_unknown(const struct px_case *c, struct px_verdicts *verdicts)
{
	struct px_evidence evidence = {.missing = verdicts->missing}, unused = {0};
	bool looks_idle = px_rule_idle(c, &unused) == PX_MATCH_YES;

	if (looks_idle && !verdicts->missing)
		return;
	say_unknown(c, looks_idle, verdicts->missing, &evidence);
	add(verdicts, px_rule_find("U"), &evidence);
}

static void add_device_unknown(const struct px_ring_device *device,
			       struct px_verdicts *verdicts)
{
	struct px_evidence evidence = {.missing = verdicts->missing};

	if (!device->ring_count)
		px_say(&evidence, "It is connected, and no ring of it was found%s%s. ",
		       device->problem ? ": " : "", device->problem ? device->problem : "");
	px_say(&evidence, "Not known: ");
	px_say_sources(&evidence, verdicts->missing);
	px_say(&evidence, ".");
	add(verdicts, px_rule_find("U"), &evidence);
}

/* Nothing to say: nothing wrong. */
static enum px_health health_of(const struct px_verdicts *verdicts)
{
	const struct px_rule *first = verdicts->verdicts[0].rule;

	return first ? first->health : PX_HEALTH_IDLE;
}

void px_verdicts_of_ring(const struct px_rings *rings, const struct px_ring_device *device,
			 const struct px_ring *ring, struct px_verdicts *ret)
{
	struct px_case c = px_case_of(rings, device, ring);

	*ret = (struct px_verdicts){0};
	ret->missing = run(&c, PX_HEALTH_FAULT, ret);
	if (!c.first || !c.first->readable || !c.last->readable)
		ret->missing |= 1u << PX_SOURCE_PAGE;
	run(&c, PX_HEALTH_PROGRESS, ret);
	run(&c, PX_HEALTH_WAITS, ret);
	if (!ret->count)
		add_unknown(&c, ret);
	if (health_of(ret) != PX_HEALTH_FAULT)
		run(&c, PX_HEALTH_IDLE, ret);
	ret->health = health_of(ret);
}

/* Rings are judged before their device: one rule of the device is about how they are. */
static struct px_queue_faults faults_of(const struct px_rings *rings,
					const struct px_ring_device *device)
{
	struct px_queue_faults faults = {0};

	for (size_t i = 0; i < device->ring_count && !faults.spread; i++) {
		const struct px_ring *ring = &device->rings[i];
		struct px_verdicts verdicts = {0};

		if (!ring->in_queue)
			continue;
		px_verdicts_of_ring(rings, device, ring, &verdicts);
		if (verdicts.health != PX_HEALTH_FAULT)
			continue;
		faults.spread = faults.ring && faults.ring->queue != ring->queue;
		faults.ring = ring;
		faults.count++;
	}
	return faults;
}

void px_verdicts_of_device(const struct px_rings *rings, const struct px_ring_device *device,
			   struct px_verdicts *ret)
{
	struct px_case c = px_case_of(rings, device, NULL);

	c.faults = faults_of(rings, device);
	*ret = (struct px_verdicts){0};
	ret->missing = run(&c, PX_HEALTH_FAULT, ret);
	run(&c, PX_HEALTH_WAITS, ret);
	if (!ret->count && ret->missing)
		add_device_unknown(device, ret);
	ret->health = health_of(ret);
}

/* Of a disk that is asked and shows no more, slow and stuck look alike; that its ring is full
 * does not tell either. */
static bool disk_may_be_stuck(const struct px_case *c, enum px_health health)
{
	return c->ring && c->ring->kind == PX_RING_BLOCK && c->first && c->first != c->last &&
	       px_case_is_short(c) && px_case_connected(c) && px_case_guest_runs(c) &&
	       (health == PX_HEALTH_UNKNOWN || health == PX_HEALTH_WAITS) &&
	       c->last->shared.req_prod != c->last->shared.rsp_prod;
}

static bool puts_off(const struct px_rings *rings, const struct px_ring_device *device,
		     const struct px_ring *ring, const struct px_verdicts *verdicts)
{
	const struct px_rule *rule = verdicts->verdicts[0].rule;
	struct px_case c = px_case_of(rings, device, ring);

	return rule && (rule->patient || disk_may_be_stuck(&c, rule->health));
}

static bool device_puts_off(const struct px_rings *rings, const struct px_ring_device *device)
{
	struct px_verdicts verdicts = {0};

	px_verdicts_of_device(rings, device, &verdicts);
	if (puts_off(rings, device, NULL, &verdicts))
		return true;
	for (size_t i = 0; i < device->ring_count; i++) {
		px_verdicts_of_ring(rings, device, &device->rings[i], &verdicts);
		if (puts_off(rings, device, &device->rings[i], &verdicts))
			return true;
	}
	return false;
}

uint64_t px_rings_longer_ns(const struct px_rings *rings)
{
	const uint64_t patience = PX_PATIENCE_S * UINT64_C(1000000000);
	const struct px_case c = {.rings = rings};
	bool put_off = false;

	if (rings->reading_count < 2 || rings->reading_count == PX_READINGS_MAX ||
	    !px_case_is_short(&c))
		return 0;
	for (size_t i = 0; !put_off && i < rings->device_count; i++)
		put_off = device_puts_off(rings, &rings->devices[i]);
	/* Rings are read after the reading starts, the last time maybe sooner after. */
	return put_off ? patience - px_case_elapsed_ns(&c) + PX_STILL_NS / 9 : 0;
}

enum px_health px_rings_health(const struct px_rings *rings)
{
	enum px_health worst = PX_HEALTH_IDLE;

	for (size_t i = 0; i < rings->device_count; i++) {
		const struct px_ring_device *device = &rings->devices[i];
		struct px_verdicts verdicts = {0};

		px_verdicts_of_device(rings, device, &verdicts);
		worst = px_max(worst, verdicts.health);
		for (size_t j = 0; j < device->ring_count; j++) {
			px_verdicts_of_ring(rings, device, &device->rings[j], &verdicts);
			worst = px_max(worst, verdicts.health);
		}
	}
	return worst;
}
