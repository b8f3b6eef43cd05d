/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cooperative threads of the one vCPU: one runs until it waits, and then others and handlers of
 * event channels do. With nothing to do the vCPU blocks in Xen, on the stack of the thread that
 * waited last.
 */
#ifndef RINGER_THREAD_H
#define RINGER_THREAD_H

#include <stdint.h>

#define THREADS_MOST 80

struct thread;

/** Threads that wait for the same thing, the first first. Zeroed: none. */
struct thread_queue {
	struct thread *first, *last;
	uint32_t count;
};

/** Before everything else here; the caller becomes the first thread. */
void threads_init(void);

/** Call handle(argument) when the port is pending; it must not wait. At most EVENTS_MOST. */
void threads_serve(uint32_t port, void (*handle)(void *), void *argument);

/** Let run(argument) be a thread; it starts when others wait. Without room nothing happens. */
void thread_start(void (*run)(void *), void *argument);

/** Let all others that can run do so first. */
void thread_yield(void);

/** Wait until clock_ns() reaches end_ns. */
void thread_sleep(uint64_t end_ns);

/** Wait at the end of the queue until somebody wakes; for amount of something. */
void thread_wait(struct thread_queue *queue, uint32_t amount);

/** The amount that the first of the queue waits for; 0 when there is none. */
uint32_t thread_amount(const struct thread_queue *queue);

/** Let the first of the queue go on, or all; no effect on an empty queue. */
void thread_wake(struct thread_queue *queue);
void thread_wake_all(struct thread_queue *queue);

/** Wait for ever. */
_Noreturn void thread_end(void);

#endif
