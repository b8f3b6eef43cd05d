/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario is given, and what the scenarios share. */
#ifndef RINGER_SCENARIO_H
#define RINGER_SCENARIO_H

#include <stdint.h>

#include "tests/guests/ringer/net.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND	    (1000 * MILLISECOND)

struct ringer {
	struct net *net;
	const char *name; /* of the scenario */
	const char *line; /* the command line, for the scenario's own parameters */
};

/** Say on the console that the scenario's final state is reached, or that traffic runs. */
void ringer_ready(const struct ringer *ringer);

/** Say how much was sent and received. */
void ringer_tell(const struct ringer *ringer);

/** A small packet, the next of producer 0. */
struct packet ringer_packet(const struct ringer *ringer, uint32_t fragments);

/** Send some small packets and wait until all are answered. */
void ringer_warm_up(const struct ringer *ringer);

/** Wait until the back end has answered and the driver has taken all. */
void ringer_settle(const struct ringer *ringer);

/* --- the scenarios; when they return nothing happens any more ----------------------------- */

/* traffic.c */
void scenario_healthy(const struct ringer *ringer);
void scenario_idle(const struct ringer *ringer);
void scenario_kick_storm(const struct ringer *ringer);

/* producers.c */
void scenario_deadlock(const struct ringer *ringer);
void scenario_locked(const struct ringer *ringer);
void scenario_reserve(const struct ringer *ringer);

/* faults.c */
void scenario_lost_kick(const struct ringer *ringer);
void scenario_never_pushed(const struct ringer *ringer);
void scenario_dangling_chain(const struct ringer *ringer);
void scenario_too_many_slots(const struct ringer *ringer);
void scenario_rewound(const struct ringer *ringer);
void scenario_response_not_rearmed(const struct ringer *ringer);
void scenario_ids_out_of_step(const struct ringer *ringer);
void scenario_masked(const struct ringer *ringer);
void scenario_stranded_waiter(const struct ringer *ringer);
void scenario_rx_never_refilled(const struct ringer *ringer);
void scenario_ready(const struct ringer *ringer);

#endif
