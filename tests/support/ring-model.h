/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of slots with two ends that keep to the protocol of io/ring.h, step by step: what one
 * thread of an end does between two looks at memory that others write is one step, and any
 * other thread may act between two steps. Readings are taken as from outside, number by number,
 * while the model goes on. Faults leave one step out from some time on.
 *
 * A net rx ring behaves as Linux's ends do: buffers are published in batches of 19, and the
 * back end asks for an event only while a packet lacks slots.
 */
#ifndef PX_TESTS_SUPPORT_RING_MODEL_H
#define PX_TESTS_SUPPORT_RING_MODEL_H

#include "tests/support/ring-world.h"

enum ring_model_fault {
	MODEL_HEALTHY,
	MODEL_LOSES_KICK, /* front end publishes and sends no event */
	MODEL_NEVER_PUSHES,
	MODEL_HOLDS_SLOTS,     /* producers take slots one by one and keep them */
	MODEL_LOSES_WAKE,      /* responses are taken, who waits is not woken */
	MODEL_FRONT_MASKED,    /* handler does not end its interrupt */
	MODEL_FRONT_NOT_RUN,   /* nobody takes the guest's events */
	MODEL_FRONT_NOT_ARMED, /* front end sets no rsp_event */
	MODEL_LOSES_RESPONSE,  /* back end publishes and sends no event */
	MODEL_BACK_NOT_RUN,    /* nobody takes the back end's events */
	MODEL_BACK_NOT_ARMED,  /* back end sets no req_event */
	MODEL_BACK_HOLDS,      /* back end answers nothing */
	MODEL_NO_REFILL,       /* net rx: no buffer is posted again */
	MODEL_SMALL_REFILL,    /* net rx: at most 4 are */
	MODEL_REWINDS,	       /* front end goes back behind the responses */
	MODEL_FAULTS,
};

struct ring_model {
	enum px_ring_kind kind;
	uint32_t slots;
	uint64_t random;
	uint64_t time_ns;
	uint64_t pace_ns; /* a step takes up to so long */
	bool traffic;	  /* the guest sends, or is sent to */
	enum ring_model_fault fault;

	struct px_ring_indices shared;
	uint32_t req_prod_pvt, rsp_cons, req_cons, rsp_prod_pvt;
	bool front_pending, front_masked, back_pending;

	/* where each thread is */
	int producer, handler, taker, completer;
	uint32_t packet;	 /* slots that the producer has still to prepare */
	bool waits;		 /* it does, for packet slots */
	uint32_t pushed_from;	 /* req_prod before the last push */
	uint32_t answered_from;	 /* rsp_prod likewise */
	uint32_t queued, wanted; /* net rx: packets, slots of the first */
	uint64_t events;
};

/** Begin to count at base, as after a set-up that was long ago. */
void ring_model_init(struct ring_model *model, enum px_ring_kind kind, uint32_t base,
		     uint64_t seed);

/** Let time pass. */
void ring_model_run(struct ring_model *model, uint64_t ns);

/** A number below limit. */
uint32_t ring_model_random(struct ring_model *model, uint32_t limit);

/** Read it as from outside into the number-th reading of world's first ring. */
void ring_model_read(struct ring_model *model, struct ring_world *world, size_t number);

/** Two readings, a second apart, of a world that is made anew. */
void ring_model_look(struct ring_model *model, struct ring_world *world);

#endif
