/* SPDX-License-Identifier: ISC */
/*
 * Slots of a shared ring for several producers: reserve, fill, commit. C99, freestanding,
 * general registers only, no allocation. An operation takes constant time, and for each waiter
 * that it wakes.
 *
 * A packet of n fragments needs n slots that follow each other. Producers that take slots one
 * by one stop for ever when each holds a part of its packet and the ring is full. Producers
 * that wait until n slots are free, without owning them then, wake to find them gone. Here a
 * producer queues for n slots and owns them all when they are granted:
 *
 * - Grants are in the order of arrival. No small request overtakes a big one, and what frees
 *   slots wakes all who fit by then.
 * - Slots are contiguous: first, first + 1, ... modulo 2^32; macros of rings take them so.
 * - Commits come in any order. The index that may be published moves over whole reservations
 *   only, in their order: the other end never sees a part of a packet.
 *
 * A transmit path, in the manner of Mini-OS (all of it: doc/RING-NOTES.md):
 *
 *	static void tx_publish(void *context, uint32_t index)
 *	{
 *		struct device *d = context;
 *		int notify;
 *
 *		d->tx.req_prod_pvt = index;
 *		RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&d->tx, notify);
 *		if (notify)
 *			notify_remote_via_evtchn(d->port);
 *	}
 *
 *	static const struct px_reserve_ops tx_ops = {
 *		.wait = tx_wait, .wake = tx_wake, .publish = tx_publish,
 *		.lock = irq_off, .unlock = irq_on};
 *
 *	connect:	px_reserve_init(&d->reserve, NET_TX_RING_SIZE, 0, &tx_ops, d);
 *
 *	send:		struct px_reserve_waiter w = {.user = current};
 *
 *			if (px_reserve_get(&d->reserve, &w, n) != PX_RESERVE_GRANTED)
 *				return -1;
 *			for (i = 0; i < n; i++)
 *				fill(RING_GET_REQUEST(&d->tx, w.first + i), ...);
 *			px_reserve_commit(&d->reserve, &w);
 *
 *	n responses:	px_reserve_free(&d->reserve, n);
 *
 * Concurrency. A guest with one vCPU and cooperative threads, of which one handles responses,
 * gives no lock. All others give lock and unlock; where an interrupt handles responses, lock
 * holds interrupts off. Slots are filled without the lock. wait, wake and publish are called
 * with it, so they call nothing of this file; without a lock they may, so that a wake may run
 * the producer at once.
 *
 * Producers. A waiter is the producer's, and stays where it is while it waits or holds slots;
 * after px_reserve_commit it is free, even if older reservations are still open. Who holds
 * slots does not wait for more: nothing behind them is published before they are committed.
 *
 * Holes. The other end takes every slot before the published index. Slots that were given out
 * can be taken back only while none behind them were. px_reserve_cancel does that, and leaves
 * other reservations as they are: their owner fills them with requests that do nothing, and
 * commits. On a network ring such a request has size 0 and no flags (Linux answers each with
 * an error and goes on), on a block ring it is a flush.
 */
#ifndef PX_RESERVE_H
#define PX_RESERVE_H

#include <stddef.h>
#include <stdint.h>

#include "px_ring_notes.h"

/** What a producer has; all functions about one return it. */
enum px_reserve_state {
	PX_RESERVE_NONE,    /* it neither waits nor holds slots */
	PX_RESERVE_WAITING, /* wake will tell that it is granted */
	PX_RESERVE_GRANTED, /* it holds count slots from index first on */
	PX_RESERVE_REFUSED, /* it asked for none, or for more than there are, and got nothing */
};

/** One producer's place in the queue, then its reservation. user is the guest's own. */
struct px_reserve_waiter {
	void *user;
	struct px_reserve_waiter *older;
	struct px_reserve_waiter *newer;
	uint32_t first;
	uint32_t count;
	uint32_t behind; /* slots right after these that are committed and wait for them */
	enum px_reserve_state state;
};

/** What the guest supplies; wait only for px_reserve_get, all but wake may be NULL. */
struct px_reserve_ops {
	/*
	 * Sleep until wake is called for this waiter; to return earlier does no harm. The lock
	 * is released for the sleep in a way that loses no wake, as condition variables do it.
	 * Not 0 gives up: a time-out, a signal, a device that is gone.
	 */
	int (*wait)(void *context, struct px_reserve_waiter *waiter);
	/*
	 * This waiter, which was left waiting, is granted now: make its thread run, resolve its
	 * promise. Called once.
	 */
	void (*wake)(void *context, struct px_reserve_waiter *waiter);
	/* What comes before index may be published; indices come in order. */
	void (*publish)(void *context, uint32_t index);
	void (*lock)(void *context);
	void (*unlock)(void *context);
};

/** One ring. The list has the reservations in the order of their slots, then the waiters. */
struct px_reserve {
	const struct px_reserve_ops *ops;
	void *context;
	struct px_ring_note *note; /* NULL, or kept up to date; set after px_reserve_init */
	struct px_reserve_waiter *oldest;
	struct px_reserve_waiter *newest;
	struct px_reserve_waiter *waiting; /* the first that waits */
	uint32_t slots;
	uint32_t reserved;  /* the first index that nobody was given */
	uint32_t published; /* what comes before is committed */
	uint32_t freed;	    /* what comes before was answered */
	uint32_t writers;   /* how many hold slots */
	uint32_t waiters;   /* how many wait */
};

/* --- inner parts, called with the lock held --- */

/* req_prod_pvt goes before rsp_cons, so that no reader sees more answers than requests. */
static inline void px_reserve_tell(const struct px_reserve *r)
{
	volatile struct px_ring_note *note = r->note;

	if (!note)
		return;
	note->req_prod_pvt = r->reserved;
	note->rsp_cons = r->freed;
	note->writers = r->writers;
	note->waiters = r->waiters;
	note->wanted = r->waiting ? r->waiting->count : 0;
}

static inline void px_reserve_enter(const struct px_reserve *r)
{
	if (r->ops->lock)
		r->ops->lock(r->context);
}

static inline enum px_reserve_state px_reserve_leave(const struct px_reserve *r,
						     enum px_reserve_state state)
{
	px_reserve_tell(r);
	if (r->ops->unlock)
		r->ops->unlock(r->context);
	return state;
}

static inline int px_reserve_fits(const struct px_reserve *r, uint32_t count)
{
	return count <= r->slots - (r->reserved - r->freed);
}

/* The first that waits becomes the last that holds slots: where it is in the list, already. */
static inline struct px_reserve_waiter *px_reserve_grant(struct px_reserve *r)
{
	struct px_reserve_waiter *w = r->waiting;

	r->waiting = w->newer;
	w->first = r->reserved;
	w->state = PX_RESERVE_GRANTED;
	r->reserved += w->count;
	r->waiters--;
	r->writers++;
	return w;
}

/* A waiter that was woken may be gone, and wake may have changed the queue. */
static inline void px_reserve_serve(struct px_reserve *r)
{
	while (r->waiting && px_reserve_fits(r, r->waiting->count)) {
		struct px_reserve_waiter *w = px_reserve_grant(r);

		px_reserve_tell(r);
		r->ops->wake(r->context, w);
	}
}

static inline void px_reserve_append(struct px_reserve *r, struct px_reserve_waiter *w)
{
	w->older = r->newest;
	w->newer = NULL;
	*(r->newest ? &r->newest->newer : &r->oldest) = w;
	r->newest = w;
	if (!r->waiting)
		r->waiting = w;
	w->state = PX_RESERVE_WAITING;
	r->waiters++;
}

static inline void px_reserve_remove(struct px_reserve *r, struct px_reserve_waiter *w)
{
	*(w->older ? &w->older->newer : &r->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &r->newest) = w->older;
	if (r->waiting == w)
		r->waiting = w->newer;
	*(w->state == PX_RESERVE_WAITING ? &r->waiters : &r->writers) -= 1;
	w->state = PX_RESERVE_NONE;
}

static inline void px_reserve_publish(struct px_reserve *r, uint32_t count)
{
	r->published += count;
	if (r->ops->publish)
		r->ops->publish(r->context, r->published);
}

static inline enum px_reserve_state px_reserve_ask(struct px_reserve *r,
						   struct px_reserve_waiter *w, uint32_t count)
{
	int first = !r->waiting;

	w->count = count;
	w->behind = 0;
	if (!count || count > r->slots)
		return w->state = PX_RESERVE_REFUSED;
	px_reserve_append(r, w);
	if (first && px_reserve_fits(r, count))
		px_reserve_grant(r);
	return w->state;
}

/* --- for guests --- */

/**
 * Before anything else. slots: of the ring, or fewer; at most 2^31. start: the first index that
 * will be used, 0 in a new ring. ops stays the caller's and lives as long as r.
 */
static inline void px_reserve_init(struct px_reserve *r, uint32_t slots, uint32_t start,
				   const struct px_reserve_ops *ops, void *context)
{
	*r = (struct px_reserve){.ops = ops,
				 .context = context,
				 .slots = slots,
				 .reserved = start,
				 .published = start,
				 .freed = start};
}

/** Queue for count slots, do not wait: GRANTED (wake is not called), WAITING or REFUSED. */
static inline enum px_reserve_state
px_reserve_queue(struct px_reserve *r, struct px_reserve_waiter *w, uint32_t count)
{
	px_reserve_enter(r);
	return px_reserve_leave(r, px_reserve_ask(r, w, count));
}

/** Queue for count slots and wait for them: GRANTED, REFUSED, or NONE when wait gave up. */
static inline enum px_reserve_state px_reserve_get(struct px_reserve *r,
						   struct px_reserve_waiter *w, uint32_t count)
{
	px_reserve_enter(r);
	px_reserve_ask(r, w, count);
	px_reserve_tell(r);
	while (w->state == PX_RESERVE_WAITING) {
		if (r->ops->wait(r->context, w) && w->state == PX_RESERVE_WAITING) {
			px_reserve_remove(r, w);
			px_reserve_serve(r);
		}
	}
	return px_reserve_leave(r, w->state);
}

/**
 * Give up waiting, or slots that were not filled. NONE: the others go on. GRANTED: slots behind
 * these were given out, too, and nothing was done (see "Holes" above). Who gives up for a
 * time-out, but would rather have the slots if they came meanwhile, looks at w->state first.
 */
static inline enum px_reserve_state px_reserve_cancel(struct px_reserve *r,
						      struct px_reserve_waiter *w)
{
	px_reserve_enter(r);
	if (w->state == PX_RESERVE_WAITING) {
		px_reserve_remove(r, w);
	} else if (w->state == PX_RESERVE_GRANTED && w->first + w->count == r->reserved) {
		px_reserve_remove(r, w);
		r->reserved = w->first;
	}
	px_reserve_serve(r);
	return px_reserve_leave(r, w->state);
}

/**
 * The slots are filled. Publishes them, and all that is committed behind them, unless older
 * ones are still open. NONE; nothing is done for a waiter that holds no slots.
 */
static inline enum px_reserve_state px_reserve_commit(struct px_reserve *r,
						      struct px_reserve_waiter *w)
{
	px_reserve_enter(r);
	if (w->state == PX_RESERVE_GRANTED) {
		px_reserve_remove(r, w);
		if (w->older)
			w->older->behind += w->count + w->behind;
		else
			px_reserve_publish(r, w->count + w->behind);
	}
	return px_reserve_leave(r, w->state);
}

/**
 * count more responses were taken. Not 0 if that is more than was published: the other end
 * cannot be believed, and nothing was done.
 */
static inline int px_reserve_free(struct px_reserve *r, uint32_t count)
{
	int bad;

	px_reserve_enter(r);
	bad = count > r->published - r->freed;
	if (!bad) {
		r->freed += count;
		px_reserve_serve(r);
	}
	px_reserve_leave(r, PX_RESERVE_NONE);
	return bad;
}

#endif
