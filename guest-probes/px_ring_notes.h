/* SPDX-License-Identifier: ISC */
/*
 * Ring notes: what the front end of a guest tells about its rings that the shared pages do not
 * show. One page of the guest's memory that its drivers keep up to date with a few plain stores
 * and that perf-xen reads from dom0 while the guest runs; nothing waits for anybody.
 *
 * The page is found by the frame number (a guest frame; in PV guests a machine frame) that the
 * guest writes, in decimal, to its xenstore key PX_RING_NOTES_KEY. C99, freestanding.
 *
 * All numbers are little-endian. A reader believes nothing: the page is a hint of the guest's.
 */
#ifndef PX_RING_NOTES_H
#define PX_RING_NOTES_H

#include <stdint.h>

/* Relative to /local/domain/ID. */
#define PX_RING_NOTES_KEY "data/perf-xen/ring-notes"

/* The first 8 bytes, without a terminating zero. */
#define PX_RING_NOTES_MAGIC                            \
	{                                              \
		'P', 'X', 'R', 'I', 'N', 'G', 'S', '1' \
	}

/* struct px_ring_note.kind */
#define PX_RING_NOTE_NONE   0 /* not in use */
#define PX_RING_NOTE_NET_TX 1
#define PX_RING_NOTE_NET_RX 2
#define PX_RING_NOTE_BLOCK  3

/* struct px_ring_note.flags */
#define PX_RING_NOTE_STOPPED UINT32_C(1) /* the front end takes nothing more for this ring */

/** One ring; 64 bytes. Set kind last, after a store barrier. */
struct px_ring_note {
	uint32_t kind;
	uint32_t device;       /* N of device/vif/N, ID of device/vbd/ID */
	uint32_t queue;	       /* K of queue-K; 0 without queues */
	uint32_t slots;	       /* of the ring */
	uint32_t req_prod_pvt; /* requests prepared, of which req_prod are published */
	uint32_t rsp_cons;     /* responses taken */
	uint32_t writers;      /* producers that hold slots which are not published yet */
	uint32_t waiters;      /* producers that wait for free slots */
	uint32_t wanted;       /* how many slots the first of them waits for */
	uint32_t flags;
	uint32_t zero[6];
};

#define PX_RING_NOTES_MAX 63

/** The page; it must be 4096-byte aligned. */
struct px_ring_notes {
	char magic[8];
	uint32_t note_size;  /* sizeof(struct px_ring_note) */
	uint32_t note_count; /* of notes that may be in use, at most PX_RING_NOTES_MAX */
	uint32_t zero[12];
	struct px_ring_note notes[PX_RING_NOTES_MAX];
};

#endif
