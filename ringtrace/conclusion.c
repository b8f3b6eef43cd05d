/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about rings and devices, their order, and the headline. */
#include "ringtrace/conclusion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ringtrace/conclusion-parts.h"

const struct px_finding *px_conclusion_first(const struct px_conclusion *conclusion)
{
	return conclusion->count && conclusion->health >= PX_HEALTH_WAITS
		       ? &conclusion->findings[0]
		       : NULL;
}

/* --- rings and devices ----------------------------------------------------------------------
 */

static bool is_about_device(const struct px_doctor_verdict *verdict, const char *id)
{
	return !verdict->ring && verdict->rule && !strcmp(verdict->rule->id, id);
}

/* Without it a device has no working ring. */
static bool is_handshake(const struct px_doctor_verdict *verdict)
{
	return is_about_device(verdict, "L");
}

/* Nothing in the guest helps. */
static bool is_back_down(const struct px_doctor_verdict *verdict)
{
	return is_about_device(verdict, "L4");
}

/* What only says which of the device's rings are bad: these are what to act on. */
static bool is_summary(const struct px_finding *finding)
{
	return finding->verdict && is_about_device(finding->verdict, "O");
}

static enum px_finding_level level_of(const struct px_doctor_verdict *verdict)
{
	static const enum px_finding_level levels[] = {
		[PX_DEVICE_VIF] = PX_LEVEL_NET,
		[PX_DEVICE_VBD] = PX_LEVEL_BLOCK,
		[PX_DEVICE_CONSOLE] = PX_LEVEL_CONSOLE,
		[PX_DEVICE_STORE] = PX_LEVEL_STORE,
	};

	if (is_back_down(verdict))
		return PX_LEVEL_BACK;
	return is_handshake(verdict) ? PX_LEVEL_DEVICE : levels[verdict->device->class];
}

static void name_missing(const struct px_doctor_verdict *verdict, char *text, size_t size)
{
	size_t used = strlen(text);

	for (unsigned int i = 0; i < PX_RING_SOURCES && used < size; i++) {
		const char *reason = verdict->ring ? verdict->ring->lacks[i] : NULL;

		if (!(verdict->missing & 1u << i))
			continue;
		used += (size_t)snprintf(text + used, size - used, "%snot seen: %s%s%s",
					 used ? "; " : "", px_ring_source_name(i),
					 reason ? ": " : "", reason ? reason : "");
	}
}

static void describe(const struct px_doctor_verdict *verdict, struct px_finding *finding)
{
	const struct px_rule *rule = verdict->rule;

	finding->level = level_of(verdict);
	finding->health = verdict->health;
	finding->verdict = verdict;
	finding->id = rule ? rule->id : "";
	finding->name = rule ? rule->name : "unknown";
	finding->who = px_actor_name(rule ? rule->actor : PX_ACTOR_NOBODY);
	finding->meaning = rule ? rule->meaning : "What would tell could not be seen.";
	snprintf(finding->advice, sizeof(finding->advice), "%s", rule ? rule->advice : "");
	snprintf(finding->evidence, sizeof(finding->evidence), "%s", verdict->evidence);
	if (finding->health == PX_HEALTH_UNKNOWN)
		name_missing(verdict, finding->evidence, sizeof(finding->evidence));
	if (verdict->ring)
		px_ring_name(verdict->device, verdict->ring, finding->where,
			     sizeof(finding->where));
	else
		snprintf(finding->where, sizeof(finding->where), "%s", verdict->device->name);
}

/* Verdicts are in the order of devices. */
static struct px_error *add_findings(const struct px_doctor_report *report,
				     enum px_health health, struct px_conclusion *conclusion)
{
	const struct px_doctor_verdict *before = NULL;
	struct px_error *err = NULL;
	size_t count = 0;

	for (size_t i = 0; !err && i < report->verdict_count; i++) {
		const struct px_doctor_verdict *verdict = &report->verdicts[i];
		struct px_finding *finding = NULL;

		if (verdict->health != health)
			continue;
		count = before && before->device == verdict->device ? count + 1 : 1;
		before = verdict;
		if (count > PX_FINDINGS_OF_DEVICE) {
			conclusion->left_out += health == PX_HEALTH_FAULT;
			continue;
		}
		err = px_conclusion_add(conclusion, &finding);
		if (!err)
			describe(verdict, finding);
	}
	return err;
}

static struct px_error *conclude_rings(const struct px_doctor_report *report,
				       struct px_conclusion *conclusion)
{
	struct px_error *err = NULL;

	for (size_t i = 0; i < report->verdict_count; i++)
		if (report->verdicts[i].ring)
			conclusion->rings[report->verdicts[i].health]++;
	for (enum px_health health = PX_HEALTH_WAITS; !err && health <= PX_HEALTH_FAULT;
	     health++)
		err = add_findings(report, health, conclusion);
	return err;
}

/* --- order ----------------------------------------------------------------------------------
 */

/* Rules are in the order of precedence; those of the doctor's own come before them. */
static size_t precedence(const struct px_finding *finding)
{
	const struct px_rule *rule = finding->verdict ? finding->verdict->rule : NULL;
	size_t count;
	const struct px_rule *rules = px_rules(&count);

	return rule >= rules && rule < rules + count ? (size_t)(rule - rules) + 1 : 0;
}

static int by_urgency(const void *a, const void *b)
{
	const struct px_finding *x = a, *y = b;
	size_t before = precedence(x), after = precedence(y);
	int order;

	if ((x->level == PX_LEVEL_DOMAIN) != (y->level == PX_LEVEL_DOMAIN))
		return x->level == PX_LEVEL_DOMAIN ? -1 : 1;
	if (x->health != y->health)
		return x->health > y->health ? -1 : 1;
	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if (is_summary(x) != is_summary(y))
		return is_summary(x) ? 1 : -1;
	if (before != after)
		return before < after ? -1 : 1;
	order = (x->seen_count < y->seen_count) - (x->seen_count > y->seen_count);
	if (order || !x->verdict || !y->verdict)
		return order;
	return (x->verdict > y->verdict) - (x->verdict < y->verdict);
}

static bool waits_for_guest(const struct px_finding *finding)
{
	const struct px_rule *rule = finding->verdict ? finding->verdict->rule : NULL;

	return rule && (rule->actor == PX_ACTOR_FRONT || rule->actor == PX_ACTOR_HOST ||
			rule->actor == PX_ACTOR_EITHER);
}

/* Whether effect would not be there without cause, as far as one can say. */
static bool follows(const struct px_finding *cause, const struct px_finding *effect)
{
	switch (cause->level) {
	case PX_LEVEL_DOMAIN:
		return strcmp(effect->id, "store-silent") != 0;
	case PX_LEVEL_HELD:
		/* Who spins in a driver may do so with interrupts off, or holds a lock. */
		return waits_for_guest(effect) || (effect->level == PX_LEVEL_KERNEL &&
						   strcmp(effect->id, "no-processor") != 0);
	case PX_LEVEL_KERNEL:
		return waits_for_guest(effect);
	case PX_LEVEL_STORE:
		return effect->level == PX_LEVEL_DEVICE;
	case PX_LEVEL_BACK:
	case PX_LEVEL_DEVICE:
		return effect->verdict && cause->verdict &&
		       effect->verdict->device == cause->verdict->device;
	default:
		return is_summary(effect) && cause->verdict &&
		       effect->verdict->device == cause->verdict->device;
	}
}

static bool is_cause(const struct px_finding *finding)
{
	return finding->health == PX_HEALTH_FAULT || finding->level == PX_LEVEL_DOMAIN;
}

static void mark_consequences(struct px_conclusion *conclusion)
{
	conclusion->faults = conclusion->left_out;
	for (size_t i = 0; i < conclusion->count; i++) {
		struct px_finding *effect = &conclusion->findings[i];

		for (size_t j = 0; j < i && !effect->consequence; j++)
			effect->consequence = is_cause(&conclusion->findings[j]) &&
					      follows(&conclusion->findings[j], effect);
		if (effect->health == PX_HEALTH_FAULT && !effect->consequence)
			conclusion->faults++;
	}
}

/* --- the headline ---------------------------------------------------------------------------
 */

static size_t ring_count(const struct px_conclusion *conclusion)
{
	size_t count = 0;

	for (size_t i = 0; i < px_array_size(conclusion->rings); i++)
		count += conclusion->rings[i];
	return count;
}

static enum px_health worst(const struct px_conclusion *conclusion)
{
	enum px_health health = PX_HEALTH_IDLE;

	for (enum px_health i = 0; i < px_array_size(conclusion->rings); i++)
		if (conclusion->rings[i])
			health = i;
	for (size_t i = 0; i < conclusion->count; i++)
		health = px_max(health, conclusion->findings[i].health);
	return health;
}

/* "vif 0 tx: lost kick (A1)" */
static void name_finding(const struct px_finding *finding, char *text, size_t size)
{
	if (finding->verdict && *finding->id)
		snprintf(text, size, "%s: %s (%s)", finding->where, finding->name, finding->id);
	else
		snprintf(text, size, "%s %s", finding->where, finding->name);
}

static void write_unknown(struct px_conclusion *conclusion)
{
	size_t others = 0;
	char more[48] = "";

	for (size_t i = 1; i < conclusion->count; i++)
		others += conclusion->findings[i].health == PX_HEALTH_UNKNOWN;
	if (others)
		snprintf(more, sizeof(more), " and %zu more", others);
	snprintf(conclusion->headline, sizeof(conclusion->headline),
		 "cannot tell how it is with %s%s", conclusion->findings[0].where, more);
}

static void write_headline(struct px_conclusion *conclusion, const char *seconds)
{
	size_t rings = ring_count(conclusion), moved = conclusion->rings[PX_HEALTH_PROGRESS];
	char first[200] = "";
	char *text = conclusion->headline;
	size_t size = sizeof(conclusion->headline);

	if (conclusion->count)
		name_finding(&conclusion->findings[0], first, sizeof(first));
	switch (conclusion->health) {
	case PX_HEALTH_FAULT:
		if (conclusion->faults > 1)
			snprintf(text, size, "%s, and %zu more", first, conclusion->faults - 1);
		else
			snprintf(text, size, "%s", first);
		break;
	case PX_HEALTH_UNKNOWN:
		if (!conclusion->findings[0].verdict)
			snprintf(text, size, "cannot tell: %s", first);
		else
			write_unknown(conclusion);
		break;
	case PX_HEALTH_WAITS:
		snprintf(text, size, "no fault; %s, on purpose", first);
		break;
	case PX_HEALTH_PROGRESS:
		snprintf(text, size,
			 "healthy: %zu of %zu rings moved%s, and nobody owes anything", moved,
			 rings, seconds);
		break;
	case PX_HEALTH_IDLE:
		if (rings)
			snprintf(text, size, "idle: nothing moved%s, and nobody owes anything",
				 seconds);
		else
			snprintf(text, size, "idle: it has no rings");
		break;
	}
}

struct px_error *px_conclude(const struct px_doctor_report *report, struct px_conclusion *ret)
{
	struct px_conclusion conclusion = {0};
	char seconds[48] = "";
	struct px_error *err = px_conclude_domain(report, &conclusion);

	if (!err)
		err = conclude_rings(report, &conclusion);
	if (!err)
		err = px_conclude_stacks(report, &conclusion);
	if (err) {
		px_conclusion_fini(&conclusion);
		return err;
	}
	if (conclusion.count)
		qsort(conclusion.findings, conclusion.count, sizeof(*conclusion.findings),
		      by_urgency);
	mark_consequences(&conclusion);
	conclusion.health = report->dissolved ? PX_HEALTH_UNKNOWN : worst(&conclusion);
	if (report->interval_ns)
		snprintf(seconds, sizeof(seconds), " in %.1f s",
			 (double)report->interval_ns / 1e9);
	write_headline(&conclusion, seconds);
	*ret = conclusion;
	return NULL;
}
