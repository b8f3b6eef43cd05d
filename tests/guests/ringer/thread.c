/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A queue of threads that can run, and times at which sleeping ones can. */
#include "thread.h"

#include <stdbool.h>
#include <stddef.h>

#include "tests/guests/unikernel/events.h"

enum {
	STACK_WORDS = 1024,
	SAVED_WORDS = 6, /* by thread_switch() */
};

struct thread {
	void *stack_pointer;
	struct thread *next; /* in the queue it waits in */
	uint64_t wake_ns;    /* 0: it does not sleep */
	uint32_t amount;     /* that it waits for */
};

struct service {
	uint32_t port;
	void (*handle)(void *);
	void *argument;
};

/* In switch.S. */
void thread_switch(void **old_stack_pointer, void *new_stack_pointer);
void thread_first(void);

static struct {
	struct thread threads[THREADS_MOST]; /* the first has the stack of the start */
	uint32_t count;
	struct thread *running;
	struct thread_queue ready;
	struct service services[EVENTS_MOST];
	uint32_t ports[EVENTS_MOST];
	uint32_t port_count;
} all;

static uintptr_t stacks[THREADS_MOST][STACK_WORDS] __attribute__((aligned(16)));

static void enqueue(struct thread_queue *queue, struct thread *thread)
{
	thread->next = NULL;
	if (queue->last)
		queue->last->next = thread;
	else
		queue->first = thread;
	queue->last = thread;
	queue->count++;
}

static struct thread *dequeue(struct thread_queue *queue)
{
	struct thread *thread = queue->first;

	if (!thread)
		return NULL;
	queue->first = thread->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	return thread;
}

void threads_init(void)
{
	all.running = &all.threads[all.count++];
}

void threads_serve(uint32_t port, void (*handle)(void *), void *argument)
{
	if (all.port_count == EVENTS_MOST)
		return;
	all.services[all.port_count] = (struct service){port, handle, argument};
	all.ports[all.port_count++] = port;
	events_unmask(port);
}

void thread_start(void (*run)(void *), void *argument)
{
	struct thread *thread = &all.threads[all.count];
	uintptr_t *top = stacks[all.count] + STACK_WORDS;

	if (all.count == THREADS_MOST)
		return;
	all.count++;
	/* thread_first() starts with a stack pointer that is a multiple of 16; below are what
	   thread_switch() takes: the address to return to, RBP, RBX, R12 to R15. */
	*--top = 0;
	*--top = 0;
	*--top = (uintptr_t)thread_first;
	*--top = (uintptr_t)argument;
	*--top = (uintptr_t)run;
	thread->stack_pointer = top - (SAVED_WORDS - 2);
	enqueue(&all.ready, thread);
}

static void serve_events(void)
{
	events_acknowledge();
	for (uint32_t i = 0; i < all.port_count; i++)
		if (events_take(all.services[i].port))
			all.services[i].handle(all.services[i].argument);
}

/* Let sleepers run whose time has come; when that of the next comes, or 0. */
static uint64_t serve_clock(void)
{
	uint64_t now = clock_ns(), next = 0;

	for (uint32_t i = 0; i < all.count; i++) {
		struct thread *thread = &all.threads[i];

		if (!thread->wake_ns)
			continue;
		if (thread->wake_ns <= now) {
			thread->wake_ns = 0;
			enqueue(&all.ready, thread);
		} else if (!next || thread->wake_ns < next) {
			next = thread->wake_ns;
		}
	}
	return next;
}

static void run_others(void)
{
	struct thread *self = all.running, *other;

	for (;;) {
		uint64_t next_ns;

		serve_events();
		next_ns = serve_clock();
		other = dequeue(&all.ready);
		if (other)
			break;
		events_wait_any(all.ports, all.port_count, next_ns);
	}
	if (other == self)
		return;
	all.running = other;
	thread_switch(&self->stack_pointer, other->stack_pointer);
}

void thread_yield(void)
{
	enqueue(&all.ready, all.running);
	run_others();
}

void thread_sleep(uint64_t end_ns)
{
	all.running->wake_ns = end_ns;
	run_others();
}

void thread_wait(struct thread_queue *queue, uint32_t amount)
{
	all.running->amount = amount;
	enqueue(queue, all.running);
	run_others();
}

uint32_t thread_amount(const struct thread_queue *queue)
{
	return queue->first ? queue->first->amount : 0;
}

void thread_wake(struct thread_queue *queue)
{
	struct thread *thread = dequeue(queue);

	if (thread)
		enqueue(&all.ready, thread);
}

void thread_wake_all(struct thread_queue *queue)
{
	while (queue->first)
		thread_wake(queue);
}

void thread_end(void)
{
	struct thread_queue nobody = {0};

	for (;;)
		thread_wait(&nobody, 0);
}
