/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reservations that are waited for: by one thread whose sleep is played, and by real ones. */
#include "guest-probes/px_reserve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

/* --- one thread --- */

struct stage {
	struct px_reserve reserve;
	struct px_ring_note note;
	unsigned returns;		/* of wait, before it is time */
	unsigned freed;			/* what wait frees then */
	int gives_up;			/* what it returns then */
	struct px_reserve_waiter *next; /* NULL, or who comes then and asks for one slot */
	unsigned wakes;
};

static int stage_wait(void *context, struct px_reserve_waiter *waiter)
{
	struct stage *s = context;

	assert_int_equal(s->note.waiters, 1);
	assert_int_equal(s->note.wanted, 3);
	if (s->returns) {
		s->returns--;
		return 0;
	}
	if (s->next)
		assert_int_equal(px_reserve_queue(&s->reserve, s->next, 1), PX_RESERVE_WAITING);
	assert_int_equal(px_reserve_free(&s->reserve, s->freed), 0);
	return s->gives_up;
}

static void stage_wake(void *context, struct px_reserve_waiter *waiter)
{
	struct stage *s = context;

	s->wakes++;
}

static const struct px_reserve_ops stage_ops = {.wait = stage_wait, .wake = stage_wake};

/* A ring of 4 slots that are published, and what asking for 3 gives. */
static enum px_reserve_state get_three(struct stage *s, struct px_reserve_waiter *w)
{
	struct px_reserve_waiter all;

	px_reserve_init(&s->reserve, 4, 0, &stage_ops, s);
	s->reserve.note = &s->note;
	assert_int_equal(px_reserve_get(&s->reserve, &all, 4), PX_RESERVE_GRANTED);
	assert_int_equal(px_reserve_commit(&s->reserve, &all), PX_RESERVE_NONE);
	assert_int_equal(s->reserve.published, 4);
	return px_reserve_get(&s->reserve, w, 3);
}

static void test_get_waits(void **state)
{
	struct stage s = {.returns = 3, .freed = 4};
	struct px_reserve_waiter w;

	assert_int_equal(get_three(&s, &w), PX_RESERVE_GRANTED);
	assert_int_equal(w.first, 4);
	assert_int_equal(s.wakes, 1);
	assert_int_equal(s.returns, 0);
}

/* Slots and time-out at once: who has the slots keeps them. */
static void test_get_late_grant(void **state)
{
	struct stage s = {.freed = 3, .gives_up = 1};
	struct px_reserve_waiter w;

	assert_int_equal(get_three(&s, &w), PX_RESERVE_GRANTED);
	assert_int_equal(s.reserve.writers, 1);
}

/* Who waited behind has the slots that were too few. */
static void test_get_gives_up(void **state)
{
	struct px_reserve_waiter w, next;
	struct stage s = {.freed = 2, .gives_up = 1, .next = &next};

	assert_int_equal(get_three(&s, &w), PX_RESERVE_NONE);
	assert_int_equal(next.state, PX_RESERVE_GRANTED);
	assert_int_equal(next.first, 4);
	assert_int_equal(s.wakes, 1);
	assert_int_equal(s.note.waiters, 0);
}

/* --- many threads --- */

#define THREADS 4
#define PACKETS 4000
#define SLOTS	8
#define START	(UINT32_MAX - 2)

struct fragment {
	unsigned producer;
	unsigned packet;
	unsigned part;
	unsigned parts; /* 0: a request that does nothing */
};

struct ring {
	pthread_mutex_t lock;
	struct px_reserve reserve;
	struct fragment slots[SLOTS];
	uint32_t req_prod;
	unsigned running; /* producers */
	unsigned sent;	  /* packets that producers committed */
	unsigned holes;
	unsigned timed_out;
};

struct producer {
	struct ring *ring;
	pthread_t thread;
	pthread_cond_t wakes;
	unsigned number;
	unsigned seed;
};

static void ring_lock(void *context)
{
	struct ring *ring = context;

	pthread_mutex_lock(&ring->lock);
}

static void ring_unlock(void *context)
{
	struct ring *ring = context;

	pthread_mutex_unlock(&ring->lock);
}

static void ring_publish(void *context, uint32_t index)
{
	struct ring *ring = context;

	ring->req_prod = index;
}

static void ring_wake(void *context, struct px_reserve_waiter *waiter)
{
	struct producer *p = waiter->user;

	pthread_cond_signal(&p->wakes);
}

/* Odd producers are in a hurry, the others wait for as long as it takes. */
static int ring_wait(void *context, struct px_reserve_waiter *waiter)
{
	struct producer *p = waiter->user;
	struct timespec until;

	if (p->number % 2 == 0)
		return pthread_cond_wait(&p->wakes, &p->ring->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += rand_r(&p->seed) % 100000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return pthread_cond_timedwait(&p->wakes, &p->ring->lock, &until);
}

static const struct px_reserve_ops ring_ops = {
	.wait = ring_wait,
	.wake = ring_wake,
	.publish = ring_publish,
	.lock = ring_lock,
	.unlock = ring_unlock,
};

static void count(struct ring *ring, unsigned *counter, unsigned by)
{
	ring_lock(ring);
	*counter += by;
	ring_unlock(ring);
}

static void send(struct producer *p, unsigned packet)
{
	struct px_reserve_waiter w = {.user = p};
	struct ring *ring = p->ring;
	unsigned parts = 1 + rand_r(&p->seed) % SLOTS;

	if (px_reserve_get(&ring->reserve, &w, parts) != PX_RESERVE_GRANTED) {
		count(ring, &ring->timed_out, 1);
		return;
	}
	if (rand_r(&p->seed) % 8 == 0) {
		if (px_reserve_cancel(&ring->reserve, &w) == PX_RESERVE_NONE)
			return;
		parts = 0;
	}
	for (unsigned i = 0; i < w.count; i++) {
		ring->slots[(w.first + i) % SLOTS] =
			(struct fragment){p->number, packet, i, parts};
		if (rand_r(&p->seed) % 4 == 0)
			sched_yield();
	}
	count(ring, parts ? &ring->sent : &ring->holes, 1);
	px_reserve_commit(&ring->reserve, &w);
}

static void *produce(void *argument)
{
	struct producer *p = argument;

	for (unsigned packet = 1; packet <= PACKETS; packet++)
		send(p, packet);
	count(p->ring, &p->ring->running, -1);
	return NULL;
}

/* The back end: packets are whole, and each producer's in order. Returns how many there were.
 */
static unsigned consume_packets(struct ring *ring)
{
	unsigned last[THREADS] = {0}, packets = 0, part = 0, parts = 0, running = 1;
	uint32_t cons = START, prod = START;

	while (running || cons != prod) {
		struct fragment f;

		if (cons == prod) {
			assert_int_equal(part, parts);
			sched_yield();
			ring_lock(ring);
			prod = ring->req_prod;
			running = ring->running;
			ring_unlock(ring);
			continue;
		}
		f = ring->slots[cons % SLOTS];
		if (part == parts && f.parts) {
			assert_true(f.packet > last[f.producer]);
			last[f.producer] = f.packet;
			part = 0;
			parts = f.parts;
			packets++;
		}
		if (f.parts) {
			assert_int_equal(f.part, part++);
			assert_int_equal(f.parts, parts);
		}
		ring->slots[cons++ % SLOTS] = (struct fragment){0};
		assert_int_equal(px_reserve_free(&ring->reserve, 1), 0);
	}
	return packets;
}

static void test_threads(void **state)
{
	struct ring ring = {.lock = PTHREAD_MUTEX_INITIALIZER, .req_prod = START};
	struct producer producers[THREADS];
	unsigned packets;

	px_reserve_init(&ring.reserve, SLOTS, START, &ring_ops, &ring);
	ring.running = THREADS;
	for (unsigned i = 0; i < THREADS; i++) {
		producers[i] = (struct producer){.ring = &ring, .number = i, .seed = i};
		pthread_cond_init(&producers[i].wakes, NULL);
		assert_int_equal(
			pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
	}
	packets = consume_packets(&ring);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(producers[i].thread, NULL);
	print_message("%u packets, %u reservations filled for nothing, %u time-outs\n", packets,
		      ring.holes, ring.timed_out);
	assert_int_equal(packets, ring.sent);
	assert_true(packets > PACKETS);
	assert_int_equal(ring.reserve.reserved, ring.reserve.freed);
	assert_int_equal(ring.reserve.writers + ring.reserve.waiters, 0);
	assert_null(ring.reserve.oldest);
}

/* Threads would hang where one that is played fails. */
int main(void)
{
	const struct CMUnitTest played[] = {
		cmocka_unit_test(test_get_waits),
		cmocka_unit_test(test_get_late_grant),
		cmocka_unit_test(test_get_gives_up),
	};
	const struct CMUnitTest real[] = {
		cmocka_unit_test(test_threads),
	};

	if (cmocka_run_group_tests(played, NULL, NULL))
		return 1;
	return cmocka_run_group_tests(real, NULL, NULL);
}
