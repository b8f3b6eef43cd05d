/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the drivers at both ends of paravirtual rings keep to themselves, as plain structures:
 * Linux's netfront, netback, blkfront and blkback (drivers/net, drivers/block). The names are
 * those of the drivers' own members where no comment says otherwise. Whatever a source does not
 * tell is unknown; flags are 0 or 1.
 */
#ifndef PX_GUEST_DRIVER_STATE_H
#define PX_GUEST_DRIVER_STATE_H

#include "lib/error.h"
#include "lib/fact.h"

/** struct xen_netif_tx_front_ring and its like. */
struct px_front_ring {
	struct px_fact req_prod_pvt; /* requests prepared */
	struct px_fact rsp_cons;     /* responses taken */
	struct px_fact slots;	     /* nr_ents */
	struct px_fact
		page; /* sring: address of the shared page; 0: there is none (any more) */
};

/** struct xen_netif_tx_back_ring and its like. */
struct px_back_ring {
	struct px_fact rsp_prod_pvt; /* responses prepared */
	struct px_fact req_cons;     /* requests taken */
	struct px_fact slots;
	struct px_fact page;
};

/** The other half of a shared page as the back end's debug file shows it. */
struct px_seen_ring {
	struct px_fact req_prod, req_event, rsp_prod, rsp_event;
};

enum {
	PX_DRIVER_QUEUES_MAX = 256, /* of one device; more are cut off */
	PX_DRIVER_LACKS_MAX = 128,
};

/** Write a formatted reason unless there is one. */
void px_driver_lack(char lacks[PX_DRIVER_LACKS_MAX], const char *format, ...) px_printf(2, 3);

/* --- netfront ----------------------------------------------------------------------------- */

struct px_netfront_queue {
	struct px_fact id;
	struct px_front_ring tx, rx;
	struct px_fact tx_evtchn, rx_evtchn;	 /* ports; equal when not split */
	struct px_fact tx_ring_ref, rx_ring_ref; /* grants */
	struct px_fact tx_free;			 /* slots on the free list (since Linux 5.16) */
	struct px_fact stopped;			 /* takes no packets: its queue is stopped */
	struct px_fact refill_timer;		 /* rx buffers are to be tried again later */
	struct px_fact rx_rsp_unconsumed;	 /* responses that wait for the reader */
};

/** struct netfront_info. */
struct px_netfront {
	char name[16];		  /* of the interface, "eth0"; "" unknown */
	struct px_fact broken;	  /* "Disabled for further use" (since Linux 5.16) */
	struct px_fact up;	  /* the interface is; one that is down takes no packets */
	struct px_fact carrier;	  /* the interface has one */
	struct px_fact connected; /* it has queues */
	struct px_netfront_queue *queues;
	size_t queue_count;
	bool cut; /* there are more */
	/** What could not be read or is not there in this kernel, the first of it; "" nothing.
	 */
	char lacks[PX_DRIVER_LACKS_MAX];
};

void px_netfront_fini(struct px_netfront *front);

/* --- netback ------------------------------------------------------------------------------ */

struct px_netback_queue {
	struct px_fact id;
	struct px_back_ring tx, rx;
	struct px_seen_ring tx_seen, rx_seen;
	struct px_fact pending_prod, pending_cons, pending; /* pending: requests not answered */
	struct px_fact dealloc_prod, dealloc_cons, dealloc; /* dealloc: grants to be unmapped */
	struct px_fact inflight_packets;
	struct px_fact napi_state, napi_weight;
	struct px_fact tx_queue; /* packets on the way into the back end's domain */
	struct px_fact credit_timer, credit_expires, now; /* timer: armed; both in jiffies */
	struct px_fact credit_bytes, credit_usec, remaining_credit;
	struct px_fact rate_limited;
	struct px_fact rx_queue_len, rx_queue_max; /* bytes that wait for rx slots, and may */
	struct px_fact rx_packets;		   /* how many packets these are */
	struct px_fact rx_slots_needed;		   /* of the first of them */
	struct px_fact last_rx_time;		   /* jiffies */
	struct px_fact stopped; /* the interface hands this queue no packets: it is full */
	struct px_fact stalled; /* "Guest Rx stalled" */
	struct px_fact tx_irq, rx_irq; /* Linux interrupt numbers; 0: not bound */
	struct px_fact eoi_pending;    /* bits: 1 rx, 2 tx, 4 both on one channel */
};

/** struct xenvif. */
struct px_netback {
	struct px_fact domid, handle;
	struct px_fact disabled; /* "fatal error; disabling device" */
	struct px_fact status;	 /* bit 0: connected */
	struct px_fact carrier;
	struct px_fact stalled_queues;
	struct px_fact drain_timeout, stall_timeout; /* jiffies */
	struct px_netback_queue *queues;
	size_t queue_count;
	bool cut;
	char lacks[PX_DRIVER_LACKS_MAX];
};

void px_netback_fini(struct px_netback *back);

/* --- blkfront ----------------------------------------------------------------------------- */

struct px_blkfront_ring {
	struct px_front_ring ring;
	struct px_fact evtchn;
	struct px_fact ring_ref; /* of the first page */
	struct px_fact shadow_free;
	struct px_fact persistent_gnts_c;
	struct px_fact stopped; /* the block layer's queue of this ring is stopped */
};

/** struct blkfront_info. */
struct px_blkfront {
	char name[32];		  /* of the disk, "xvda"; "" unknown */
	struct px_fact connected; /* enum blkif_state: 0 no, 1 yes, 2 suspended, 3 error */
	struct px_fact ring_pages;
	struct px_blkfront_ring *rings;
	size_t ring_count;
	bool cut;
	char lacks[PX_DRIVER_LACKS_MAX];
};

void px_blkfront_fini(struct px_blkfront *front);

/* --- blkback ------------------------------------------------------------------------------ */

struct px_blkback_ring {
	struct px_back_ring ring;
	struct px_fact active;	     /* a thread works for it */
	struct px_fact inflight;     /* requests handed to the disk */
	struct px_fact waiting_reqs; /* the thread was woken and has not looked yet */
	struct px_fact
		pending_free; /* requests that it could take besides, at most some 1000 */
	struct px_fact persistent_gnt_c, persistent_gnt_in_use;
	struct px_fact irq;
	struct px_fact reads, writes, out_of_requests, flushes, discards; /* st_*_req */
};

/** struct xen_blkif. */
struct px_blkback {
	struct px_fact domid, handle;
	struct px_fact protocol; /* enum blkif_protocol: 1 native, 2 x86_32, 3 x86_64 */
	struct px_fact ring_pages;
	struct px_blkback_ring *rings;
	size_t ring_count;
	bool cut;
	char lacks[PX_DRIVER_LACKS_MAX];
};

void px_blkback_fini(struct px_blkback *back);

/* --- counters of a xenbus device ---------------------------------------------------------- */

/** Of its late end of interrupts, since Linux 5.10: struct xenbus_device, and in sysfs. */
struct px_xenbus_counters {
	struct px_fact event_channels, events, spurious_events, jiffies_eoi_delayed,
		spurious_threshold;
};

#endif
