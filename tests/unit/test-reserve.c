/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reservations of slots: every interleaving of small rings, with the real code.
 *
 * The model beside the code keeps its own account of who arrived, who holds which slots and
 * what is committed, in numbers that do not wrap. Producers ask for every possible number of
 * slots, give up waiting and give up what they hold; the consumer takes any number at any time.
 * Ends of every path are states where all is done, so nobody waits for ever while the consumer
 * goes on.
 */
#include "guest-probes/px_reserve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/explore.h"

#define PRODUCERS_MAX 4
#define SLOTS_MAX     6
#define POISON	      0xa5 /* what is in waiters that the code has no business with */
#define START	      (UINT32_MAX - 2)

enum phase {
	IDLE,
	WAITS,
	HOLDS,
	MUST_COMMIT, /* gave up what could not be taken back */
};

struct claim {
	uint8_t producer;
	uint8_t count;
	uint8_t committed;
};

struct world {
	/* What is explored. */
	struct px_reserve reserve;
	struct px_reserve_waiter waiters[PRODUCERS_MAX];
	struct px_ring_note note;
	/* How. */
	uint8_t producers;
	uint8_t slots;
	uint8_t gives_up;   /* producers may give up at any time */
	uint8_t woken_runs; /* a producer commits and asks again while it is woken */
	uint8_t answers;    /* what is published is answered at once, by the back end's event */
	/* The account. */
	uint8_t todo[PRODUCERS_MAX]; /* packets that a producer did not begin */
	uint8_t phase[PRODUCERS_MAX];
	uint8_t size[PRODUCERS_MAX];
	uint8_t arrived[PRODUCERS_MAX]; /* who waits, in order */
	uint8_t arrived_count;
	struct claim claims[SLOTS_MAX]; /* not published, in the order of slots */
	uint8_t claim_count;
	uint8_t given; /* slots since the start: given out, published, freed */
	uint8_t published;
	uint8_t freed;
	uint8_t owned[SLOTS_MAX]; /* physical slots that are in somebody's hands */
	const char *fault;
};

static struct world world;

static void complain(struct world *w, const char *what)
{
	if (!w->fault)
		w->fault = what;
}

static void retire(struct world *w, unsigned p)
{
	w->phase[p] = IDLE;
	w->size[p] = 0;
	memset(&w->waiters[p], POISON, sizeof(w->waiters[p]));
}

/* --- what the model expects --- */

static void own(struct world *w, unsigned from, unsigned count, bool take)
{
	for (unsigned i = from; i < from + count; i++) {
		if (w->owned[i % w->slots] == take)
			complain(w, take ? "two have the same slot" : "a slot is freed twice");
		w->owned[i % w->slots] = take;
	}
}

/* Producer p was told that it has its slots. */
static void granted(struct world *w, unsigned p)
{
	const struct px_reserve_waiter *waiter = &w->waiters[p];

	if (waiter->state != PX_RESERVE_GRANTED || waiter->count != w->size[p])
		complain(w, "granted, but not what was asked for");
	if (waiter->first != START + w->given)
		complain(w, "granted slots that are not the next ones");
	w->phase[p] = HOLDS;
	if (w->claim_count == SLOTS_MAX) {
		complain(w, "more reservations than slots");
		return;
	}
	own(w, w->given, w->size[p], true);
	w->claims[w->claim_count++] = (struct claim){p, w->size[p], false};
	w->given += w->size[p];
	if (w->given - w->freed > w->slots)
		complain(w, "more slots given out than there are");
}

static void leave_queue(struct world *w, unsigned at)
{
	w->arrived_count--;
	memmove(w->arrived + at, w->arrived + at + 1, w->arrived_count - at);
	w->arrived[w->arrived_count] = 0;
}

static void pop_claim(struct world *w)
{
	w->claim_count--;
	memmove(w->claims, w->claims + 1, w->claim_count * sizeof(*w->claims));
	w->claims[w->claim_count] = (struct claim){0};
}

/* Mark p's claim, and move what may be published over all that are marked. */
static void committed(struct world *w, unsigned p)
{
	for (unsigned i = 0; i < w->claim_count; i++)
		w->claims[i].committed |= w->claims[i].producer == p;
	while (w->claim_count && w->claims[0].committed) {
		w->published += w->claims[0].count;
		pop_claim(w);
	}
}

/* --- moves --- */

/* Neither none nor more than all: said at once, and nothing changed. */
static void ask_wrongly(struct world *w)
{
	const struct px_reserve before = w->reserve;
	struct px_reserve_waiter waiter = {0};

	if (px_reserve_queue(&w->reserve, &waiter, 0) != PX_RESERVE_REFUSED ||
	    px_reserve_queue(&w->reserve, &waiter, w->slots + 1) != PX_RESERVE_REFUSED ||
	    px_reserve_get(&w->reserve, &waiter, UINT32_MAX) != PX_RESERVE_REFUSED ||
	    px_reserve_commit(&w->reserve, &waiter) != PX_RESERVE_REFUSED ||
	    !px_reserve_free(&w->reserve, w->published - w->freed + 1) ||
	    memcmp(&before, &w->reserve, sizeof(before)))
		complain(w, "nonsense is not refused, or does something");
}

static bool ask(struct world *w, unsigned p, unsigned size)
{
	if (w->phase[p] != IDLE || !w->todo[p])
		return false;
	w->todo[p]--;
	w->size[p] = size;
	w->phase[p] = WAITS;
	switch (px_reserve_queue(&w->reserve, &w->waiters[p], size)) {
	case PX_RESERVE_GRANTED:
		if (w->arrived_count)
			complain(w, "somebody is overtaken");
		granted(w, p);
		break;
	case PX_RESERVE_WAITING:
		w->arrived[w->arrived_count++] = p;
		break;
	default:
		complain(w, "refused without a reason");
	}
	return true;
}

static bool commit(struct world *w, unsigned p)
{
	if (w->phase[p] != HOLDS && w->phase[p] != MUST_COMMIT)
		return false;
	committed(w, p);
	w->phase[p] = IDLE;
	if (px_reserve_commit(&w->reserve, &w->waiters[p]) != PX_RESERVE_NONE)
		complain(w, "a commit fails");
	retire(w, p);
	return true;
}

static void give_up_waiting(struct world *w, unsigned p)
{
	unsigned at = 0;

	while (w->arrived[at] != p)
		at++;
	leave_queue(w, at);
	if (px_reserve_cancel(&w->reserve, &w->waiters[p]) != PX_RESERVE_NONE)
		complain(w, "one who waits cannot give up");
	retire(w, p);
}

static void give_up_slots(struct world *w, unsigned p)
{
	const struct claim *last = &w->claims[w->claim_count - 1];

	if (last->producer == p && !last->committed) {
		w->given -= last->count;
		own(w, w->given, last->count, false);
		w->claims[--w->claim_count] = (struct claim){0};
		if (px_reserve_cancel(&w->reserve, &w->waiters[p]) != PX_RESERVE_NONE)
			complain(w, "the newest slots cannot be given back");
		retire(w, p);
		return;
	}
	w->phase[p] = MUST_COMMIT;
	if (px_reserve_cancel(&w->reserve, &w->waiters[p]) != PX_RESERVE_GRANTED)
		complain(w, "slots given back between those of others");
}

static bool give_up(struct world *w, unsigned p)
{
	if (!w->gives_up || (w->phase[p] != WAITS && w->phase[p] != HOLDS))
		return false;
	if (w->phase[p] == WAITS)
		give_up_waiting(w, p);
	else
		give_up_slots(w, p);
	return true;
}

static bool consume(struct world *w, unsigned count)
{
	if (count > (unsigned)w->published - w->freed)
		return false;
	own(w, w->freed, count, false);
	w->freed += count;
	if (px_reserve_free(&w->reserve, count))
		complain(w, "responses are refused");
	return true;
}

/* Each producer asks for 1 to slots, commits, or gives up; then the consumer takes 1 to slots.
 */
static bool move(void *state, unsigned move)
{
	struct world *w = state;
	unsigned each = w->slots + 2, p = move / each, what = move % each;

	if (p == w->producers)
		return consume(w, what + 1);
	if (what < w->slots)
		return ask(w, p, what + 1);
	return what == w->slots ? commit(w, p) : give_up(w, p);
}

/* --- what the guest supplies --- */

static void wake(void *context, struct px_reserve_waiter *waiter)
{
	struct world *w = context;
	unsigned p = waiter - w->waiters;

	if (!w->arrived_count || w->arrived[0] != p) {
		complain(w, "woken out of turn");
		return;
	}
	leave_queue(w, 0);
	granted(w, p);
	if (w->note.waiters != w->arrived_count || w->note.req_prod_pvt != START + w->given)
		complain(w, "the note does not know of who is woken");
	if (w->woken_runs) {
		unsigned size = 1 + (w->size[p] + p) % w->slots;

		commit(w, p);
		ask(w, p, size);
	}
}

static void publish(void *context, uint32_t index)
{
	struct world *w = context;

	if (index != START + w->published)
		complain(w, "the published index is not at the first open reservation");
	if (w->answers)
		consume(w, w->published - w->freed);
}

static const struct px_reserve_ops ops = {.wake = wake, .publish = publish};

/* --- what always holds --- */

static void check_queue(struct world *w)
{
	unsigned wanted = w->arrived_count ? w->size[w->arrived[0]] : 0;

	if (wanted && wanted <= (unsigned)(w->slots - (w->given - w->freed)))
		complain(w, "the first waits for slots that are free");
	if (w->reserve.waiters != w->arrived_count || w->note.waiters != w->arrived_count ||
	    w->note.wanted != wanted)
		complain(w, "waiters are counted wrongly");
}

static void check_indices(struct world *w)
{
	unsigned writers = 0;

	for (unsigned i = 0; i < w->claim_count; i++)
		writers += !w->claims[i].committed;
	if (w->reserve.writers != writers || w->note.writers != writers)
		complain(w, "writers are counted wrongly");
	if (w->reserve.published != START + w->published)
		complain(w, "what is committed is not published");
	if (w->reserve.reserved != START + w->given || w->reserve.freed != START + w->freed ||
	    w->note.req_prod_pvt != START + w->given || w->note.rsp_cons != START + w->freed)
		complain(w, "an index is wrong");
}

static void check_waiters(struct world *w)
{
	uint8_t poison[sizeof(struct px_reserve_waiter)];

	memset(poison, POISON, sizeof(poison));
	for (unsigned p = 0; p < w->producers; p++) {
		const struct px_reserve_waiter *waiter = &w->waiters[p];

		if (w->phase[p] == IDLE && memcmp(waiter, poison, sizeof(poison)))
			complain(w, "a waiter is used after it was done with");
		if (w->phase[p] == WAITS && waiter->state != PX_RESERVE_WAITING)
			complain(w, "granted without a wake");
	}
}

static const char *check(void *state)
{
	struct world *w = state;

	check_queue(w);
	check_indices(w);
	check_waiters(w);
	ask_wrongly(w);
	return w->fault;
}

static const char *end(void *state)
{
	const struct world *w = state;

	for (unsigned p = 0; p < w->producers; p++)
		if (w->todo[p] || w->phase[p] != IDLE)
			return "somebody waits for ever";
	return w->given == w->freed ? NULL : "slots are lost";
}

/* --- the explorations --- */

static void explore(struct world how, unsigned packets)
{
	struct px_model model = {.state = &world,
				 .size = sizeof(world),
				 .moves = (how.producers + 1) * (how.slots + 2),
				 .move = move,
				 .check = check,
				 .end = end};
	struct px_exploration found;

	memset(&world, 0, sizeof(world));
	world.producers = how.producers;
	world.slots = how.slots;
	world.gives_up = how.gives_up;
	world.woken_runs = how.woken_runs;
	world.answers = how.answers;
	px_reserve_init(&world.reserve, how.slots, START, &ops, &world);
	world.reserve.note = &world.note;
	for (unsigned p = 0; p < how.producers; p++) {
		world.todo[p] = packets;
		retire(&world, p);
	}
	found = px_explore(&model);
	print_message(
		"%u producers of %u packets, %u slots%s%s%s: %llu states, %llu transitions, "
		"%llu ends\n",
		how.producers, packets, how.slots, how.gives_up ? ", giving up" : "",
		how.woken_runs ? ", running when woken" : "",
		how.answers ? ", answered at once" : "", (unsigned long long)found.states,
		(unsigned long long)found.transitions, (unsigned long long)found.ends);
	if (found.fault)
		print_message("after %u moves: %s\n", found.depth, found.fault);
	assert_null(found.fault);
	assert_true(found.states > 0 && found.transitions >= found.states - 1);
	assert_true(found.ends > 0);
}

static void test_two_producers(void **state)
{
	explore((struct world){.producers = 2, .slots = 2, .gives_up = 1}, 4);
	explore((struct world){.producers = 2, .slots = 3, .gives_up = 1}, 3);
	explore((struct world){.producers = 2, .slots = 5, .gives_up = 1}, 2);
}

static void test_three_producers(void **state)
{
	explore((struct world){.producers = 3, .slots = 2, .gives_up = 1}, 2);
	explore((struct world){.producers = 3, .slots = 3, .gives_up = 1}, 2);
	explore((struct world){.producers = 3, .slots = 5, .gives_up = 1}, 1);
	explore((struct world){.producers = 3, .slots = 4}, 2);
}

static void test_four_producers(void **state)
{
	explore((struct world){.producers = 4, .slots = 3, .gives_up = 1}, 1);
	explore((struct world){.producers = 4, .slots = 2, .gives_up = 1}, 2);
	explore((struct world){.producers = 4, .slots = 4, .gives_up = 1}, 1);
}

/* Callbacks that use the reservation again while it calls them. */
static void test_callbacks(void **state)
{
	explore((struct world){.producers = 3, .slots = 3, .gives_up = 1, .woken_runs = 1}, 2);
	explore((struct world){.producers = 3, .slots = 3, .gives_up = 1, .answers = 1}, 2);
	explore((struct world){.producers = 3, .slots = 4, .woken_runs = 1, .answers = 1}, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_producers),
		cmocka_unit_test(test_three_producers),
		cmocka_unit_test(test_four_producers),
		cmocka_unit_test(test_callbacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
