/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every example is a change of an idle ring of which everything is known (ring-world.h). */
#include "tests/support/ring-examples.h"

#include "tests/support/ring-world.h"

/* --- requests ------------------------------------------------------------------------------
 */

#define FRONT	   (1u << PX_SOURCE_FRONT)
#define BACK	   (1u << PX_SOURCE_BACK)
#define FRONT_PORT (1u << PX_SOURCE_FRONT_PORT)
#define BACK_PORT  (1u << PX_SOURCE_BACK_PORT)

static void take_up_to(struct px_ring_reading *r, uint32_t taken)
{
	r->back.req_cons = r->back.rsp_prod_pvt = PX_FACT(taken);
}

static void push(struct px_ring_reading *r, uint32_t count)
{
	r->shared.req_prod += count;
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod);
}

static void lost_kick(struct px_ring_reading *r)
{
	push(r, 3); /* req_event is the first of them */
}

static void back_pending(struct px_ring_reading *r)
{
	r->back_port.pending = PX_ANSWER_YES;
}

static void back_masked(struct px_ring_reading *r)
{
	r->back_port.masked = PX_ANSWER_YES;
}

static void throttle(struct px_ring_reading *r)
{
	r->back.credit_timer = PX_ANSWER_YES;
	r->back.credit = PX_FACT(0);
}

static void seen_all(struct px_ring_reading *r)
{
	r->shared.req_event = r->shared.req_prod + 1;
	r->back.req_cons = PX_FACT(r->shared.req_prod);
}

static void answered(struct px_ring_reading *r)
{
	r->shared.rsp_prod = r->shared.req_prod;
	r->shared.rsp_event = r->shared.rsp_prod + 1;
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod);
	take_up_to(r, r->shared.rsp_prod);
}

static void not_armed(struct px_ring_reading *r)
{
	r->shared.req_event = r->shared.rsp_prod - 1;
}

static void back_asleep(struct px_ring_reading *r)
{
	lost_kick(r);
	back_pending(r);
}

static void event_never_due(struct px_ring_reading *r)
{
	lost_kick(r);
	not_armed(r);
}

static void event_too_late(struct px_ring_reading *r)
{
	lost_kick(r);
	r->shared.req_event = r->shared.req_prod + 2;
}

static void back_holds(struct px_ring_reading *r)
{
	lost_kick(r);
	seen_all(r);
}

static void back_holds_some(struct px_ring_reading *r)
{
	event_never_due(r);
	r->back.req_cons = PX_FACT(r->shared.rsp_prod + 1);
	r->back.pending = PX_FACT(1);
}

static void not_seen(struct px_ring_reading *r)
{
	lost_kick(r);
	r->back.req_cons.known = false;
}

static void not_seen_no_port(struct px_ring_reading *r)
{
	lost_kick(r);
	r->back_port.pending = PX_ANSWER_UNKNOWN;
}

static void know_taken(struct px_ring_reading *r)
{
	r->back.req_cons = PX_FACT(r->shared.rsp_prod);
}

static void know_pending(struct px_ring_reading *r)
{
	r->back_port.pending = PX_ANSWER_YES;
}

static void throttled(struct px_ring_reading *r)
{
	lost_kick(r);
	not_armed(r);
	throttle(r);
}

static void not_throttled(struct px_ring_reading *r)
{
	r->back.credit_timer = PX_ANSWER_NO;
}

static void eoi_delayed(struct px_ring_reading *r)
{
	back_asleep(r);
	back_masked(r);
	r->spurious_events = PX_FACT(r->time_ns / 100000000);
	r->delayed_jiffies = PX_FACT(r->time_ns / 10000000);
}

static void not_delayed(struct px_ring_reading *r)
{
	r->delayed_jiffies.known = false;
}

static void not_masked(struct px_ring_reading *r)
{
	r->back_port.masked = PX_ANSWER_NO;
}

static void rx_work(struct px_ring_reading *r)
{
	r->back.queued = PX_FACT(4);
	r->back.wanted = PX_FACT(2);
	r->shared.req_event = r->shared.req_prod - 10;
	take_up_to(r, r->shared.rsp_prod);
}

static void rx_no_packets(struct px_ring_reading *r)
{
	r->back.queued = PX_FACT(0);
}

static void rx_wants_more(struct px_ring_reading *r)
{
	r->back.wanted = PX_FACT(300);
}

static void rx_never_due(struct px_ring_reading *r)
{
	rx_work(r);
	r->shared.req_event = r->shared.rsp_prod - 4;
}

static void asked_for_next(struct px_ring_reading *r)
{
	r->shared.req_event = r->shared.req_prod + 1;
}

static void rx_back_holds(struct px_ring_reading *r)
{
	rx_work(r);
	asked_for_next(r);
}

static void ring_full(struct px_ring_reading *r)
{
	push(r, 237);
	seen_all(r);
}

static void one_less(struct px_ring_reading *r)
{
	push(r, (uint32_t)-1);
	seen_all(r);
}

static void block_full(struct px_ring_reading *r)
{
	push(r, 32);
	seen_all(r);
}

static void took_nothing(struct px_ring_reading *r)
{
	r->shared.req_event = r->shared.rsp_prod + 1;
	know_taken(r);
}

/* --- responses ------------------------------------------------------------------------------
 */

static void lost_response(struct px_ring_reading *r)
{
	push(r, 5);
	answered(r);
	seen_all(r);
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod - 5);
	r->shared.rsp_event = r->shared.rsp_prod - 4;
}

static void front_pending(struct px_ring_reading *r)
{
	r->front_port.pending = PX_ANSWER_YES;
}

static void front_masked(struct px_ring_reading *r)
{
	r->front_port.masked = PX_ANSWER_YES;
}

static void all_taken(struct px_ring_reading *r)
{
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod);
}

static void used_up(struct px_ring_reading *r)
{
	r->shared.rsp_event = (uint32_t)r->front.rsp_cons.value - 7;
}

static void asked_later(struct px_ring_reading *r)
{
	r->shared.rsp_event = r->shared.rsp_prod + 5;
}

static void front_blind(struct px_ring_reading *r)
{
	lost_response(r);
	front_pending(r);
	front_masked(r);
}

static void not_front_masked(struct px_ring_reading *r)
{
	r->front_port.masked = PX_ANSWER_NO;
}

static void front_not_run(struct px_ring_reading *r)
{
	lost_response(r);
	front_pending(r);
}

static void not_front_pending(struct px_ring_reading *r)
{
	r->front_port.pending = PX_ANSWER_NO;
}

static void not_taken(struct px_ring_reading *r)
{
	lost_response(r);
	r->front_port.pending = PX_ANSWER_UNKNOWN;
}

static void not_asked(struct px_ring_reading *r)
{
	lost_response(r);
	used_up(r);
	r->front.waiters = PX_FACT(1);
}

static void nobody_waits(struct px_ring_reading *r)
{
	r->front.waiters = PX_FACT(0);
}

static void not_asked_full(struct px_ring_reading *r)
{
	push(r, 237);
	answered(r);
	seen_all(r);
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod - 237);
	used_up(r);
}

static void less_full(struct px_ring_reading *r)
{
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod - 236);
}

static void rx_not_asked(struct px_ring_reading *r)
{
	r->shared.rsp_prod += 3;
	take_up_to(r, r->shared.rsp_prod);
	used_up(r);
}

static void batched(struct px_ring_reading *r)
{
	lost_response(r);
	asked_later(r);
}

static void interface_down(struct px_ring_reading *r)
{
	r->front.up = PX_ANSWER_NO;
}

static void interface_up(struct px_ring_reading *r)
{
	r->front.up = PX_ANSWER_YES;
}

static void not_stopped(struct px_ring_reading *r)
{
	r->front.stopped = PX_ANSWER_NO;
}

static void not_asked_stopped(struct px_ring_reading *r)
{
	lost_response(r);
	used_up(r);
	r->front.waiters = (struct px_fact){0};
	r->front.stopped = PX_ANSWER_YES;
}

static void rx_lost_response(struct px_ring_reading *r)
{
	r->shared.rsp_prod += 3; /* rsp_event is the first of them */
	take_up_to(r, r->shared.rsp_prod);
}

static void rx_not_taken(struct px_ring_reading *r)
{
	rx_lost_response(r);
	r->front_port.pending = PX_ANSWER_UNKNOWN;
}

static void someone_waits(struct px_ring_reading *r)
{
	r->front.waiters = PX_FACT(1);
}

static void armed_again(struct px_ring_reading *r)
{
	r->shared.rsp_event = (uint32_t)r->front.rsp_cons.value + 1;
}

/* --- buffers -------------------------------------------------------------------------------
 */

static void starved(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod;
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod);
	r->back.queued = PX_FACT(2);
}

static void starved_unseen(struct px_ring_reading *r)
{
	starved(r);
	r->front = (struct px_ring_front){0};
}

static void starved_stalled(struct px_ring_reading *r)
{
	starved_unseen(r);
	r->back.queued = PX_FACT(0);
	r->back.stalled = PX_ANSWER_YES;
}

static void not_stalled(struct px_ring_reading *r)
{
	r->back.stalled = PX_ANSWER_NO;
}

static void one_buffer(struct px_ring_reading *r)
{
	push(r, 1);
}

static void front_behind(struct px_ring_reading *r)
{
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod - 1);
}

static void deficit(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod + 4;
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod);
	r->back.queued = PX_FACT(9);
	r->back.wanted = PX_FACT(18);
}

static void small_packet(struct px_ring_reading *r)
{
	r->back.wanted = PX_FACT(4);
}

/* --- the front end --------------------------------------------------------------------------
 */

static void unpushed(struct px_ring_reading *r)
{
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod + 12);
	r->front.writers = PX_FACT(1);
}

static void pushed(struct px_ring_reading *r)
{
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod);
}

static void rx_withheld(struct px_ring_reading *r)
{
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod + 19);
}

static void rx_batch(struct px_ring_reading *r)
{
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod + 18);
}

static void reservation(struct px_ring_reading *r)
{
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod + 256);
	r->front.writers = PX_FACT(16);
	r->front.waiters = PX_FACT(16);
	r->front.wanted = PX_FACT(1);
}

static void reservation_few(struct px_ring_reading *r)
{
	reservation(r);
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod + 250);
	r->front.wanted = PX_FACT(7);
}

static void enough_free(struct px_ring_reading *r)
{
	r->front.wanted = PX_FACT(6);
}

static void one_in_flight(struct px_ring_reading *r)
{
	r->shared.req_prod++;
}

static void nobody_there(struct px_ring_reading *r)
{
	r->front.writers = r->front.waiters = PX_FACT(0);
}

static void stranded(struct px_ring_reading *r)
{
	r->front.waiters = PX_FACT(3);
	r->front.wanted = PX_FACT(18);
}

static void stranded_linux(struct px_ring_reading *r)
{
	r->front.waiters = r->front.writers = r->front.wanted = (struct px_fact){0};
	r->front.stopped = PX_ANSWER_YES;
}

/* --- the shape of a ring --------------------------------------------------------------------
 */

static void reset(struct px_ring_reading *r)
{
	r->shared = (struct px_ring_indices){.req_event = 1, .rsp_event = 1};
	r->front.req_prod_pvt = r->front.rsp_cons = PX_FACT(0);
}

static void all_begin(struct px_ring_reading *r)
{
	take_up_to(r, 0);
}

static void too_many(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod + 257;
}

static void exactly_full(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod + 256;
	r->front.req_prod_pvt = PX_FACT(r->shared.req_prod);
	seen_all(r);
}

static void responses_ahead(struct px_ring_reading *r)
{
	r->shared.rsp_prod = r->shared.req_prod + 1;
}

static void out_of_step(struct px_ring_reading *r)
{
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod + 2);
}

static void in_step(struct px_ring_reading *r)
{
	r->front.rsp_cons = PX_FACT(r->shared.rsp_prod);
}

static void repeated(struct px_ring_reading *r)
{
	back_holds(r);
	r->chains.repeated = true;
	r->chains.repeated_id = 5;
}

static void unique(struct px_ring_reading *r)
{
	r->chains.repeated = false;
}

static void stream_too_full(struct px_ring_reading *r)
{
	r->stream.cons = r->stream.prod - 2049;
}

static void stream_full(struct px_ring_reading *r)
{
	r->stream.cons = r->stream.prod - 2048;
}

static void dangling(struct px_ring_reading *r)
{
	lost_kick(r);
	r->chains.dangling = true;
}

static void whole(struct px_ring_reading *r)
{
	r->chains.dangling = false;
}

static void dangling_disabled(struct px_ring_reading *r)
{
	dangling(r);
	r->back.disabled = PX_ANSWER_YES;
}

static void too_long(struct px_ring_reading *r)
{
	lost_kick(r);
	r->chains.longest = 20;
}

static void long_enough(struct px_ring_reading *r)
{
	r->chains.longest = 19;
}

static void too_long_disabled(struct px_ring_reading *r)
{
	too_long(r);
	r->chains.longest = 22;
	r->back.disabled = PX_ANSWER_YES;
}

static void shut_off(struct px_ring_reading *r)
{
	r->back.disabled = PX_ANSWER_YES;
}

static void not_shut_off(struct px_ring_reading *r)
{
	r->back.disabled = PX_ANSWER_NO;
}

static void given_up(struct px_ring_reading *r)
{
	r->front.broken = PX_ANSWER_YES;
}

static void not_given_up(struct px_ring_reading *r)
{
	r->front.broken = PX_ANSWER_NO;
}

static void grants_held(struct px_ring_reading *r)
{
	r->back.dealloc = PX_FACT(3);
}

static void grants_free(struct px_ring_reading *r)
{
	r->back.dealloc = PX_FACT(0);
}

/* --- streams --------------------------------------------------------------------------------
 */

static void unread(struct px_ring_reading *r)
{
	r->stream.cons = r->stream.prod - 100;
}

static void read_all(struct px_ring_reading *r)
{
	r->stream.cons = r->stream.prod;
}

/* --- no faults ------------------------------------------------------------------------------
 */

static void nothing(struct px_ring_reading *r)
{
	(void)r;
}

static void rx_few_posted(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod;
}

static void know_not_pending(struct px_ring_reading *r)
{
	r->back_port.pending = PX_ANSWER_NO;
}

static void handler_hangs(struct px_ring_reading *r)
{
	lost_response(r);
	front_masked(r);
}

static void waits_for_too_many(struct px_ring_reading *r)
{
	r->front.waiters = r->front.writers = PX_FACT(1);
	r->front.wanted = PX_FACT(300);
}

static void nobody_known(struct px_ring_reading *r)
{
	r->front.writers.known = false;
	r->front.waiters = PX_FACT(0);
}

static void full_of_unpublished(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod;
}

static void rx_none_posted(struct px_ring_reading *r)
{
	r->shared.req_prod = r->shared.rsp_prod;
	pushed(r);
}

static void block_unseen(struct px_ring_reading *r)
{
	lost_kick(r);
	ring_world_blank(r, PX_SOURCE_BACK);
}

static void asleep_taken_unknown(struct px_ring_reading *r)
{
	not_seen(r);
	back_pending(r);
}

static void no_chains(struct px_ring_reading *r)
{
	r->chains.known = false;
}

static void up_unknown(struct px_ring_reading *r)
{
	r->front.up = PX_ANSWER_UNKNOWN;
}

#define TX    PX_RING_NET_TX
#define RX    PX_RING_NET_RX
#define BLOCK PX_RING_BLOCK

static const struct ring_example examples[] = {
	{"A1",
	 TX,
	 lost_kick,
	 {back_pending, seen_all, answered, throttle, not_armed},
	 {BACK, BACK_PORT}},
	{"A1",
	 BLOCK,
	 lost_kick,
	 {back_pending, seen_all, answered, not_armed},
	 {BACK, BACK_PORT}},
	{"A1",
	 RX,
	 rx_work,
	 {back_pending, rx_no_packets, rx_wants_more, not_armed, asked_for_next},
	 {BACK, BACK_PORT}},
	{"A4", TX, back_asleep, {seen_all, answered, throttle, know_not_pending}, {BACK_PORT}},
	{"A4", TX, asleep_taken_unknown, {asked_for_next, answered}},
	{"A4", BLOCK, back_asleep, {seen_all, answered, know_not_pending}, {BACK_PORT}},
	{"F",
	 TX,
	 event_never_due,
	 {took_nothing, seen_all, answered, throttle, back_pending, shut_off},
	 {BACK}},
	{"F", BLOCK, event_too_late, {took_nothing, seen_all, answered, back_pending}, {BACK}},
	{"F", RX, rx_never_due, {rx_no_packets, rx_wants_more, asked_for_next}, {BACK}},
	{"A1/F",
	 TX,
	 not_seen,
	 {asked_for_next, know_taken, know_pending, seen_all, answered, throttle}},
	{"A1/F", BLOCK, not_seen_no_port, {know_not_pending, know_pending, seen_all, answered}},
	{"A2", TX, back_holds, {answered, throttle, took_nothing, shut_off}},
	{"A2", TX, back_holds_some, {know_taken, answered, throttle}, {BACK}},
	{"A2", RX, rx_back_holds, {rx_no_packets, rx_wants_more}, {BACK}},
	{"A2D", BLOCK, back_holds, {answered, took_nothing}, .seconds = 5},
	{"A1/F", BLOCK, block_unseen, {answered, know_taken}, .seconds = 5},
	{"A2W", BLOCK, back_holds, {answered, took_nothing}},
	{"A3", TX, throttled, {not_throttled, answered}},
	{"C", TX, ring_full, {one_less, answered, full_of_unpublished}, .follows = true},
	{"C", BLOCK, block_full, {one_less, answered}, .follows = true},
	{"B1",
	 TX,
	 lost_response,
	 {front_pending, front_masked, all_taken, used_up, asked_later},
	 {FRONT, FRONT_PORT}},
	{"B1",
	 BLOCK,
	 lost_response,
	 {front_pending, front_masked, all_taken, used_up},
	 {FRONT, FRONT_PORT}},
	{"B1",
	 RX,
	 rx_lost_response,
	 {front_pending, front_masked, all_taken, used_up, interface_down},
	 {FRONT, FRONT_PORT}},
	{"B1/B3", RX, rx_not_taken, {all_taken, interface_down}, {FRONT}},
	{"B2", TX, front_blind, {not_front_masked, all_taken}, {FRONT, FRONT_PORT}},
	{"B2", TX, handler_hangs, {not_front_masked, all_taken}, {FRONT, FRONT_PORT}},
	{"B3",
	 TX,
	 front_not_run,
	 {not_front_pending, front_masked, all_taken},
	 {FRONT, FRONT_PORT}},
	{"B1/B3",
	 TX,
	 not_taken,
	 {not_front_pending, front_pending, front_masked, all_taken, used_up},
	 {FRONT}},
	{"B4",
	 TX,
	 not_asked,
	 {nobody_waits, front_pending, front_masked, all_taken, armed_again},
	 {FRONT}},
	{"B4", TX, not_asked_full, {less_full, all_taken}, {FRONT}},
	{"B4", TX, not_asked_stopped, {not_stopped, all_taken, interface_down}, {FRONT}},
	{"B4",
	 RX,
	 rx_not_asked,
	 {all_taken, asked_later, front_pending, interface_down},
	 {FRONT}},
	{"Y1", RX, interface_down, {interface_up}},
	{"B5", TX, batched, {someone_waits, armed_again, all_taken, front_pending}},
	{"D", RX, starved, {one_buffer, front_behind, interface_down}},
	{"D", RX, starved_unseen, {rx_no_packets, one_buffer}, {BACK}},
	{"D", RX, starved_stalled, {not_stalled}, {BACK}},
	{"E",
	 RX,
	 deficit,
	 {small_packet, rx_no_packets, rx_few_posted, interface_down},
	 {BACK}},
	{"M", TX, unpushed, {pushed}, {FRONT}},
	{"M", BLOCK, unpushed, {pushed}, {FRONT}},
	{"M", RX, rx_withheld, {rx_batch, pushed}, {FRONT}},
	{"T",
	 TX,
	 reservation,
	 {one_in_flight, nobody_there, nobody_known, pushed, front_behind},
	 {FRONT}},
	{"T", TX, reservation_few, {enough_free}, {FRONT}},
	{"N", TX, stranded, {nobody_waits, unpushed, lost_kick, front_behind}, {FRONT}},
	{"N", TX, waits_for_too_many, {nobody_waits}, {FRONT}},
	{"N", TX, stranded_linux, {not_stopped, interface_down, up_unknown}, {FRONT}},
	{"N", BLOCK, stranded_linux, {not_stopped}, {FRONT}},
	{"G", TX, reset, {all_begin}},
	{"H", TX, too_many, {exactly_full}, .at_once = true},
	{"H", TX, responses_ahead, {answered}, .at_once = true},
	{"H", TX, out_of_step, {in_step}},
	{"H", TX, repeated, {unique}},
	{"H", PX_RING_CONSOLE_OUT, stream_too_full, {stream_full}, .at_once = true},
	{"I", TX, dangling, {whole, answered, no_chains}},
	{"I", TX, dangling_disabled, {whole}, .at_once = true},
	{"J", TX, too_long, {long_enough, answered, no_chains}},
	{"J", TX, too_long_disabled, {long_enough}, .at_once = true},
	{"Z", TX, shut_off, {not_shut_off}, .at_once = true, .no_page = true},
	{"Z", RX, given_up, {not_given_up}, .at_once = true, .no_page = true},
	{"Q", TX, grants_held, {grants_free}},
	{"P", TX, eoi_delayed, {not_delayed, not_masked, answered}},
	{"X1", PX_RING_CONSOLE_OUT, unread, {read_all}},
	{"X2", PX_RING_CONSOLE_IN, unread, {read_all}},
	{"X3", PX_RING_STORE_REQUEST, unread, {read_all}},
	{"X4", PX_RING_STORE_REPLY, unread, {read_all}},
	{"S", TX, nothing, {lost_kick, lost_response, unpushed}},
	{"S", BLOCK, nothing, {lost_kick, lost_response, unpushed}},
	{"S", RX, nothing, {starved, rx_none_posted, rx_work}},
	{"S", PX_RING_CONSOLE_OUT, nothing, {unread}},
	{"S", PX_RING_STORE_REPLY, nothing, {unread}},
};

const struct ring_example *ring_examples(size_t *count_ret)
{
	*count_ret = px_array_size(examples);
	return examples;
}
