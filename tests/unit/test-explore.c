/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The search over states, with models whose faults are known: a counted one, and producers on a
 * ring that wait for free slots without reserving them. Of those, each way of going wrong that
 * stops real drivers must be found.
 */
#include "tests/support/explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* --- two counters --- */

struct counters {
	unsigned value[2];
	unsigned limit;
	unsigned forbidden; /* for the first, when the second is at its limit */
};

static bool counters_move(void *state, unsigned move)
{
	struct counters *c = state;

	if (c->value[move] == c->limit)
		return false;
	c->value[move]++;
	return true;
}

static const char *counters_check(void *state)
{
	const struct counters *c = state;

	return c->value[0] == c->forbidden && c->value[1] == c->limit ? "forbidden" : NULL;
}

static const char *counters_end(void *state)
{
	const struct counters *c = state;

	return c->value[0] == c->limit && c->value[1] == c->limit ? NULL : "ended early";
}

static struct px_exploration explore_counters(struct counters *c)
{
	struct px_model model = {c, sizeof(*c), 2, counters_move, counters_check, counters_end};

	return px_explore(&model);
}

static void test_counts(void **state)
{
	struct counters c = {.limit = 99, .forbidden = 100};
	struct px_exploration found = explore_counters(&c);

	assert_null(found.fault);
	assert_int_equal(found.states, 100 * 100);
	assert_int_equal(found.transitions, 2 * 99 * 100);
	assert_int_equal(found.ends, 1);
	assert_int_equal(c.value[0] + c.value[1], 0);
}

/* The trace leads to the fault, and the state is left there. */
static void test_trace(void **state)
{
	struct counters c = {.limit = 5, .forbidden = 3};
	struct px_exploration found = explore_counters(&c);
	unsigned value[2] = {0};

	assert_string_equal(found.fault, "forbidden");
	assert_int_equal(c.value[0], 3);
	assert_int_equal(c.value[1], 5);
	for (unsigned i = 0; i < found.depth; i++)
		value[found.trace[i]]++;
	assert_memory_equal(value, c.value, sizeof(value));
}

/* --- producers that do not reserve --- */

#define PRODUCERS 3
#define SLOTS	  4

/*
 * A producer waits until its packet would fit, then writes it slot by slot; for a slot that is
 * gone by then it waits again. What is taken off the ring wakes the first who sleeps, and who
 * wakes in vain sleeps behind all others.
 */
enum step {
	NEXT,	/* has packets, or is done */
	LOOKS,	/* woken, or new: are there as many free slots as it wants? */
	SLEEPS, /* until woken */
	WRITES, /* left slots are still to be written */
};

struct naive {
	uint8_t whole;	      /* a packet is written in one go; nobody comes between */
	uint8_t gives_up;     /* one who was woken may find that its time is over */
	uint8_t wakes_all;    /* what is taken off wakes everybody */
	uint8_t cut_is_wrong; /* to publish a part of a packet */
	uint8_t nap_is_wrong; /* to sleep for slots that are free, with nobody on the way */
	uint8_t todo[PRODUCERS];
	uint8_t step[PRODUCERS];
	uint8_t size[PRODUCERS];
	uint8_t left[PRODUCERS];
	uint8_t sleepers[PRODUCERS];
	uint8_t sleeper_count;
	uint8_t written; /* slots since the start: written, published, taken off */
	uint8_t published;
	uint8_t taken;
	uint8_t cut;
};

static unsigned wants(const struct naive *n, unsigned p)
{
	return n->left[p] == n->size[p] ? n->size[p] : 1;
}

static unsigned room(const struct naive *n)
{
	return SLOTS - (n->written - n->taken);
}

static bool begin(struct naive *n, unsigned p, unsigned size)
{
	if (n->step[p] != NEXT || !n->todo[p])
		return false;
	n->todo[p]--;
	n->size[p] = n->left[p] = size;
	n->step[p] = LOOKS;
	return true;
}

static void push(struct naive *n, unsigned p)
{
	n->step[p] = NEXT;
	n->size[p] = 0;
	n->published = n->written;
	for (unsigned i = 0; i < PRODUCERS; i++)
		n->cut |= n->left[i] != n->size[i];
}

static bool look(struct naive *n, unsigned p)
{
	if (n->step[p] != LOOKS)
		return false;
	if (room(n) < wants(n, p)) {
		n->step[p] = SLEEPS;
		n->sleepers[n->sleeper_count++] = p;
		return true;
	}
	n->step[p] = WRITES;
	return true;
}

static bool write(struct naive *n, unsigned p)
{
	unsigned now = n->whole ? n->left[p] : 1;

	if (n->step[p] != WRITES)
		return false;
	if (room(n) < now) {
		n->step[p] = LOOKS;
		return true;
	}
	n->written += now;
	n->left[p] -= now;
	if (!n->left[p])
		push(n, p);
	return true;
}

static bool give_up(struct naive *n, unsigned p)
{
	if (!n->gives_up || n->step[p] != LOOKS || n->left[p] != n->size[p])
		return false;
	n->step[p] = NEXT;
	n->size[p] = n->left[p] = 0;
	return true;
}

static void wake_first(struct naive *n)
{
	n->step[n->sleepers[0]] = LOOKS;
	n->sleeper_count--;
	memmove(n->sleepers, n->sleepers + 1, n->sleeper_count);
	n->sleepers[n->sleeper_count] = 0;
}

static bool take(struct naive *n, unsigned count)
{
	if (count > (unsigned)n->published - n->taken)
		return false;
	n->taken += count;
	if (n->sleeper_count)
		wake_first(n);
	while (n->wakes_all && n->sleeper_count)
		wake_first(n);
	return true;
}

#define NAIVE_MOVES (SLOTS + 3)

static bool naive_move(void *state, unsigned move)
{
	unsigned p = move / NAIVE_MOVES, what = move % NAIVE_MOVES;

	if (p == PRODUCERS)
		return take(state, what + 1);
	if (what < SLOTS)
		return begin(state, p, what + 1);
	if (what == SLOTS)
		return look(state, p);
	return what == SLOTS + 1 ? write(state, p) : give_up(state, p);
}

static bool naps(const struct naive *n)
{
	for (unsigned p = 0; p < PRODUCERS; p++)
		if (n->step[p] == LOOKS || n->step[p] == WRITES)
			return false;
	return n->sleeper_count && room(n) >= wants(n, n->sleepers[0]);
}

static const char *naive_check(void *state)
{
	const struct naive *n = state;

	if (n->nap_is_wrong && naps(n))
		return "asleep while there is room";
	return n->cut && n->cut_is_wrong ? "a part of a packet is published" : NULL;
}

static const char *naive_end(void *state)
{
	const struct naive *n = state;

	if (!n->sleeper_count)
		return NULL;
	if (n->taken == n->written)
		return "asleep beside an empty ring";
	return "asleep, all with a part of a packet";
}

static struct px_exploration explore_naive(struct naive *n)
{
	struct px_model model = {n,	     sizeof(*n),  (PRODUCERS + 1) * NAIVE_MOVES,
				 naive_move, naive_check, naive_end};
	struct px_exploration found;

	memset(n->todo, 2, sizeof(n->todo));
	found = px_explore(&model);
	print_message("%llu states, %llu transitions: %s after %u moves\n",
		      (unsigned long long)found.states, (unsigned long long)found.transitions,
		      found.fault ? found.fault : "nothing", found.depth);
	return found;
}

/* Only one is woken, however many would fit. */
static void test_nap(void **state)
{
	struct naive n = {.whole = 1, .nap_is_wrong = 1};

	assert_string_equal(explore_naive(&n).fault, "asleep while there is room");
}

/* The next is woken by the answers to what the one before sent: as long as that one sends. */
static void test_relay(void **state)
{
	struct naive n = {.whole = 1};

	assert_null(explore_naive(&n).fault);
}

/* One who gives up takes the wake with it; the ring gets empty, and nothing wakes the others.
 */
static void test_stranded(void **state)
{
	struct naive n = {.whole = 1, .gives_up = 1};

	assert_string_equal(explore_naive(&n).fault, "asleep beside an empty ring");
	assert_true(room(&n) >= wants(&n, n.sleepers[0]));
	assert_int_equal(n.taken, n.written);
}

/* The free slots are fewer than one packet's, and those in use were not published. */
static void test_partial_packets(void **state)
{
	struct naive n = {.wakes_all = 1};
	struct px_exploration found = explore_naive(&n);

	assert_string_equal(found.fault, "asleep, all with a part of a packet");
	assert_int_equal(n.published, n.taken);
	assert_int_equal(room(&n), 0);
}

static void test_cut_packet(void **state)
{
	struct naive n = {.wakes_all = 1, .cut_is_wrong = 1};

	assert_string_equal(explore_naive(&n).fault, "a part of a packet is published");
}

/* Whole packets and a wake for everybody help: the faults above are not the model's own. */
static void test_wake_all(void **state)
{
	struct naive n = {.whole = 1,
			  .gives_up = 1,
			  .wakes_all = 1,
			  .cut_is_wrong = 1,
			  .nap_is_wrong = 1};

	assert_null(explore_naive(&n).fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),	   cmocka_unit_test(test_trace),
		cmocka_unit_test(test_nap),	   cmocka_unit_test(test_relay),
		cmocka_unit_test(test_stranded),   cmocka_unit_test(test_partial_packets),
		cmocka_unit_test(test_cut_packet), cmocka_unit_test(test_wake_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
