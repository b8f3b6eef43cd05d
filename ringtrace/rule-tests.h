/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests of the table in rules.c, one file a subject; "rings.md" ids are in the table. */
#ifndef PX_RINGTRACE_RULE_TESTS_H
#define PX_RINGTRACE_RULE_TESTS_H

#include "ringtrace/judge.h"

typedef enum px_match px_rule_test(const struct px_case *c, struct px_evidence *evidence);

/* rules-shape.c: what cannot be, or must not be in a ring */
px_rule_test px_rule_reset, px_rule_impossible, px_rule_dangling, px_rule_too_long,
	px_rule_shut_off, px_rule_near_wrap;

/* rules-front.c: what the front end holds back */
px_rule_test px_rule_reservation, px_rule_stranded, px_rule_unpushed;

/* rules-requests.c: requests that are not taken or not answered */
px_rule_test px_rule_lost_kick, px_rule_back_asleep, px_rule_event_never_due, px_rule_not_seen,
	px_rule_back_holds, px_rule_disk_stuck, px_rule_disk_busy, px_rule_throttled,
	px_rule_ring_full;

/* rules-responses.c: responses that are not taken */
px_rule_test px_rule_lost_response, px_rule_front_blind, px_rule_front_not_run,
	px_rule_not_taken, px_rule_not_asked, px_rule_batched;

/* rules-rx.c: buffers for packets */
px_rule_test px_rule_starved, px_rule_deficit, px_rule_interface_down;

/* rules-events.c: the event channel, grants */
px_rule_test px_rule_storm, px_rule_eoi_delayed, px_rule_grants_held;

/* rules-stream.c: console and xenstore */
px_rule_test px_rule_console_undrained, px_rule_console_unread, px_rule_request_unanswered,
	px_rule_reply_unread;

/* rules-device.c: the connection of a device, its queues, its guest */
px_rule_test px_rule_back_down, px_rule_handshake, px_rule_changing, px_rule_not_begun,
	px_rule_one_queue, px_rule_closed, px_rule_not_connected, px_rule_guest_stopped;

/* rules-rest.c: nothing to complain about */
px_rule_test px_rule_moves, px_rule_idle;

/** Whether the last reading says that the end of interrupts of the back end was put off since
 * the first. */
bool px_case_eoi_delayed(const struct px_case *c);

#endif
