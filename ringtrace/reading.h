/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One reading of one ring: what both ends, the page between them and the event channel under
 * them were at an instant. Every part says whether it is known: nothing unknown is a zero.
 */
#ifndef PX_RINGTRACE_READING_H
#define PX_RINGTRACE_READING_H

#include "lib/fact.h"
#include "ringtrace/ring.h"

enum px_answer {
	PX_ANSWER_UNKNOWN,
	PX_ANSWER_NO,
	PX_ANSWER_YES,
};

/** Where something is known from; what a verdict names when it lacks it. */
enum px_ring_source {
	PX_SOURCE_PAGE,	      /* the shared page */
	PX_SOURCE_FRONT,      /* the front end's private state */
	PX_SOURCE_BACK,	      /* the back end's private state */
	PX_SOURCE_FRONT_PORT, /* pending and masked of the event channel in the guest */
	PX_SOURCE_BACK_PORT,  /* the same in the back end's domain */
	PX_SOURCE_COUNTERS,   /* events that the back end counted */
	PX_RING_SOURCES,
};

/** "the shared page", "the front end's private indices", ... */
const char *px_ring_source_name(enum px_ring_source source);

/** Private to the front end. For net rx, requests are empty buffers. */
struct px_ring_front {
	struct px_fact req_prod_pvt; /* prepared; of these, req_prod are published */
	struct px_fact rsp_cons;     /* taken */
	struct px_fact free_slots;   /* as the driver itself counts them */
	struct px_fact writers;	     /* producers that hold slots not yet published */
	struct px_fact waiters;	     /* producers that wait for slots */
	struct px_fact wanted;	     /* slots that the first waiter waits for */
	enum px_answer stopped; /* takes nothing more for this ring: the queue is stopped */
	enum px_answer up; /* net: the guest's interface is; one that is down neither sends nor
			      takes packets */
	enum px_answer broken;	     /* the driver has given the device up */
	enum px_answer refill_timer; /* net rx: buffers are withheld until a timer */
};

/** Private to the back end. */
struct px_ring_back {
	struct px_fact req_cons;     /* requests taken */
	struct px_fact rsp_prod_pvt; /* responses prepared; of these, rsp_prod are published */
	struct px_fact pending;	     /* requests taken and not answered yet */
	struct px_fact dealloc;	     /* net tx: answered, grants still to be unmapped */
	struct px_fact queued;	     /* net rx: packets that wait for buffers */
	struct px_fact queued_bytes;
	struct px_fact wanted;	     /* net rx: slots that the first of them takes */
	enum px_answer credit_timer; /* net tx: waits for its rate limit */
	struct px_fact credit;	     /* net tx: bytes it may send until then */
	enum px_answer stalled;	     /* net rx: "Guest Rx stalled", or the queue is stopped */
	enum px_answer disabled;     /* the device was shut off for what the front end did */
};

/** One end of an event channel, and who is to take its events. */
struct px_ring_port {
	struct px_fact port;
	struct px_fact vcpu;
	struct px_fact peer_domain, peer_port;
	enum px_answer bound; /* to the other end */
	enum px_answer pending, masked;
	enum px_answer upcall_pending, upcall_masked; /* of that vCPU */
	enum px_answer runs;	/* that vCPU: is on a processor or wants one */
	enum px_answer blocked; /* that vCPU: waits for any event */
};

/** What the slots in flight, [rsp_prod, req_prod), say; see ringtrace/slots.h. */
struct px_ring_chains {
	bool known;
	bool dangling;	      /* the last published slot announces another */
	uint32_t chains;      /* packets or disk requests, the dangling one included */
	uint32_t longest;     /* requests of the longest, extra information not counted */
	uint32_t extra_slots; /* slots of extra information, in all chains */
	bool repeated;	      /* two requests that nothing can have answered have this id: */
	uint64_t repeated_id;
};

struct px_ring_reading {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	bool readable;	  /* the page is there and was stable: the next two are valid */
	bool kicked;	  /* an event was sent to the back end before it was taken */
	struct px_ring_indices shared;	 /* rings of slots */
	struct px_stream_indices stream; /* streams */
	struct px_ring_front front;
	struct px_ring_back back;
	struct px_ring_port front_port, back_port;
	struct px_ring_chains chains;
	struct px_fact events, spurious_events; /* of the device, as its back end counts them */
	struct px_fact delayed_jiffies;		/* that it put off the end of interrupts */
};

#endif
