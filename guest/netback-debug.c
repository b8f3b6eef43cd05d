/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of netback's debug files. Indices are printed as they are; what stands behind them
 * in parentheses is their distance from rsp_prod, which was read again for each and adds
 * nothing.
 */
#include "guest/netback-debug.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/memory.h"

enum {
	LINE_SIZE = 256,
	NUMBERS_MAX = 3, /* of a line */
};

enum part {
	PART_BEGIN, /* before the lines of a ring */
	PART_TX,
	PART_RX,
	PART_ANY,
};

/* A form of line: where it may be, and where its numbers go. */
struct form {
	const char *format; /* of sscanf, for uint64_t */
	size_t facts[NUMBERS_MAX];
	size_t count;
	enum part part;
	bool wide; /* numbers of 64 bits; others are indices and counts of 32 */
};

#define U	   "%" SCNu64
#define FACT(fact) offsetof(struct px_netback_queue, fact)

static const struct form forms[] = {
	{"Queue " U, {FACT(id)}, 1, PART_ANY},
	{"TX: nr_ents " U, {FACT(tx.slots)}, 1, PART_TX},
	{"req prod " U " (%*d) cons " U " (%*d) event " U,
	 {FACT(tx_seen.req_prod), FACT(tx.req_cons), FACT(tx_seen.req_event)},
	 3,
	 PART_TX},
	{"rsp prod " U " (base) pvt " U " (%*d) event " U,
	 {FACT(tx_seen.rsp_prod), FACT(tx.rsp_prod_pvt), FACT(tx_seen.rsp_event)},
	 3,
	 PART_TX},
	{"RX: nr_ents " U, {FACT(rx.slots)}, 1, PART_RX},
	{"req prod " U " (%*d) cons " U " (%*d) event " U,
	 {FACT(rx_seen.req_prod), FACT(rx.req_cons), FACT(rx_seen.req_event)},
	 3,
	 PART_RX},
	{"rsp prod " U " (base) pvt " U " (%*d) event " U,
	 {FACT(rx_seen.rsp_prod), FACT(rx.rsp_prod_pvt), FACT(rx_seen.rsp_event)},
	 3,
	 PART_RX},
	{"pending prod " U " pending cons " U " nr_pending_reqs " U,
	 {FACT(pending_prod), FACT(pending_cons), FACT(pending)},
	 3,
	 PART_ANY},
	{"dealloc prod " U " dealloc cons " U " dealloc_queue " U,
	 {FACT(dealloc_prod), FACT(dealloc_cons), FACT(dealloc)},
	 3,
	 PART_ANY},
	{"NAPI state: %" SCNx64 " NAPI weight: " U " TX queue len " U,
	 {FACT(napi_state), FACT(napi_weight), FACT(tx_queue)},
	 3,
	 PART_ANY,
	 true},
	{"Credit timer_pending: " U ", credit: " U ", usec: " U,
	 {FACT(credit_timer), FACT(credit_bytes), FACT(credit_usec)},
	 3,
	 PART_ANY,
	 true},
	{"remaining: " U ", expires: " U ", now: " U,
	 {FACT(remaining_credit), FACT(credit_expires), FACT(now)},
	 3,
	 PART_ANY,
	 true},
	{"Rx internal queue: len " U " max " U " pkts " U,
	 {FACT(rx_queue_len), FACT(rx_queue_max), FACT(rx_packets)},
	 3,
	 PART_ANY},
};

static bool fits(const struct form *form, const uint64_t numbers[NUMBERS_MAX])
{
	for (size_t i = 0; i < form->count && !form->wide; i++)
		if (numbers[i] > UINT32_MAX)
			return false;
	return true;
}

/* Whether the whole line was of that form: all its numbers were there. */
static bool take(const struct form *form, const char *line, struct px_netback_queue *queue)
{
	uint64_t numbers[NUMBERS_MAX] = {0};

	/* All that are not in the format are ignored. */
	if (sscanf(line, form->format, &numbers[0], &numbers[1], &numbers[2]) !=
		    (int)form->count ||
	    !fits(form, numbers))
		return false;
	for (size_t i = 0; i < form->count; i++) {
		struct px_fact fact = PX_FACT(numbers[i]);

		memcpy((uint8_t *)queue + form->facts[i], &fact, sizeof(fact));
	}
	return true;
}

static bool starts(const char *line, const char *word)
{
	return !strncmp(line, word, strlen(word));
}

static bool ends(const char *line, const char *word)
{
	size_t length = strlen(line), size = strlen(word);

	return length >= size && !strcmp(line + length - size, word);
}

static bool parse_line(const char *line, enum part *part, struct px_netback_queue *queue)
{
	bool taken = false;

	if (starts(line, "TX: "))
		*part = PART_TX;
	else if (starts(line, "RX: "))
		*part = PART_RX;
	for (size_t i = 0; i < px_array_size(forms) && !taken; i++)
		if (forms[i].part == PART_ANY || forms[i].part == *part)
			taken = take(&forms[i], line, queue);
	if (starts(line, "Rx internal queue: ") && ends(line, " stopped"))
		queue->stopped = PX_FACT(1);
	else if (starts(line, "Rx internal queue: ") && ends(line, " running"))
		queue->stopped = PX_FACT(0);
	return taken;
}

bool px_netback_debug_parse(struct px_bytes text, struct px_netback_queue *ret)
{
	struct px_netback_queue queue = {0};
	enum part part = PART_BEGIN;
	bool taken = false;
	size_t at = 0;

	while (at < text.size) {
		const uint8_t *newline = memchr(text.data + at, '\n', text.size - at);
		size_t end = newline ? (size_t)(newline - text.data) : text.size;
		char line[LINE_SIZE];

		if (end - at < sizeof(line)) {
			memcpy(line, text.data + at, end - at);
			line[end - at] = '\0';
			taken |= parse_line(line, &part, &queue);
		}
		at = end + 1;
	}
	if (taken)
		*ret = queue;
	return taken;
}
