/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines of the sampling loop. */
#include "tracer/pacer.h"

/* xorshift64: cheap, and good enough to break lockstep. */
static uint64_t next_random(struct px_pacer *pacer)
{
	pacer->random ^= pacer->random << 13;
	pacer->random ^= pacer->random >> 7;
	pacer->random ^= pacer->random << 17;
	return pacer->random;
}

static void set_deadline(struct px_pacer *pacer)
{
	uint64_t jitter = next_random(pacer) % (pacer->period_ns / 2 + 1);

	pacer->deadline_ns = pacer->slot_ns + jitter;
}

void px_pacer_init(struct px_pacer *pacer, double frequency, uint64_t now_ns)
{
	*pacer = (struct px_pacer){
		.period_ns = (uint64_t)(1e9 / frequency),
		.slot_ns = now_ns,
		.random = now_ns | 1,
	};
	set_deadline(pacer);
}

uint64_t px_pacer_next(struct px_pacer *pacer, uint64_t now_ns)
{
	uint64_t missed = 0;

	pacer->slot_ns += pacer->period_ns;
	if (now_ns >= pacer->slot_ns + pacer->period_ns) {
		missed = (now_ns - pacer->slot_ns) / pacer->period_ns;
		pacer->slot_ns += missed * pacer->period_ns;
		pacer->missed += missed;
	}
	set_deadline(pacer);
	return missed;
}
