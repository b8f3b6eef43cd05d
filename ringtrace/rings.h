/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All paravirtual rings of a domain with one to four readings of each: a plain tree. */
#ifndef PX_RINGTRACE_RINGS_H
#define PX_RINGTRACE_RINGS_H

#include "guest/guest.h"
#include "ringtrace/slots.h"

enum {
	PX_READINGS_MAX = 4,
	PX_RING_PAGES_MAX = 16,	   /* of one ring */
	PX_RING_DEVICES_MAX = 256, /* more are counted */
	PX_RING_QUEUES_MAX = 256,  /* of one device */
	PX_RINGS_MAX = 2048,	   /* of one domain */
};

/** Xen's public io/xenbus.h. */
enum px_xenbus_state {
	PX_XENBUS_UNKNOWN, /* no such key, or no number */
	PX_XENBUS_INITIALISING,
	PX_XENBUS_INIT_WAIT,
	PX_XENBUS_INITIALISED,
	PX_XENBUS_CONNECTED,
	PX_XENBUS_CLOSING,
	PX_XENBUS_CLOSED,
	PX_XENBUS_RECONFIGURING,
	PX_XENBUS_RECONFIGURED,
};

/** "connected", "init wait", ... */
const char *px_xenbus_state_name(enum px_xenbus_state state);

struct px_ring {
	enum px_ring_kind kind;
	bool in_queue; /* one of several: */
	uint32_t queue;
	uint32_t slots; /* streams: bytes */
	uint32_t pages;
	uint32_t references[PX_RING_PAGES_MAX]; /* grants of the pages */
	bool by_frame; /* references are numbers of frames instead, which dom0 was told */
	enum px_block_protocol protocol; /* block: how its slots are laid out */
	bool opaque;			 /* block: in a way that is not known */
	struct px_ring_reading readings[PX_READINGS_MAX];
	size_t reading_count;	      /* the first so many are valid */
	char *lacks[PX_RING_SOURCES]; /* why a source told nothing or not all; NULL: it did */
	struct px_slot *in_flight;    /* of the last reading, if asked for and at rest */
	size_t in_flight_count;
};

enum px_ring_class {
	PX_DEVICE_VIF,
	PX_DEVICE_VBD,
	PX_DEVICE_CONSOLE,
	PX_DEVICE_STORE,
};

struct px_ring_device {
	enum px_ring_class class;
	uint32_t id;   /* N of device/vif/N */
	char name[32]; /* "vif 0", "vbd 51712 (xvda)", "console", "xenstore" */
	uint32_t back_domain;
	/* "is paused", "is gone": why that domain does not run, at the last reading; NULL: it
	 * does, or it is not known. Static. */
	const char *back_stopped;
	char back_type[16]; /* "vif", "vbd", "qdisk": the folder of its xenstore path */
	char *front_path, *back_path; /* in xenstore; back_path may be NULL */
	enum px_xenbus_state front_state[PX_READINGS_MAX], back_state[PX_READINGS_MAX];
	bool has_states; /* console and xenstore have none */
	bool gone;	 /* disappeared between readings */
	struct px_ring *rings;
	size_t ring_count, ring_capacity;
	size_t rings_left_out; /* beyond PX_RING_QUEUES_MAX or PX_RINGS_MAX */
	char *problem;	       /* why it has no rings, or not all; else NULL */
};

/** Zero-initialise. Owns everything in it. */
struct px_rings {
	struct px_domain domain;	/* as of the last reading */
	bool was_stopped;		/* it did not run at an earlier one */
	struct px_ring_device *devices; /* by class, then id */
	size_t device_count, device_capacity;
	size_t devices_left_out;
	size_t reading_count;			    /* that were taken */
	uint64_t hypercalls, ioctls, store_reads;   /* that they took */
	uint64_t reading_start_ns[PX_READINGS_MAX]; /* CLOCK_MONOTONIC */
	uint64_t reading_ns[PX_READINGS_MAX];	    /* how long each took */
};

void px_rings_fini(struct px_rings *rings);

/** Add one at the end; *ret is valid until the next is added. */
px_must_check struct px_error *px_rings_add(struct px_rings *rings,
					    struct px_ring_device **ret);
px_must_check struct px_error *px_ring_device_add(struct px_ring_device *device,
						  struct px_ring **ret);

/** Note why a device has no rings, or not all; the first reason stays. */
px_must_check struct px_error *px_ring_device_note(struct px_ring_device *device,
						   const char *format, ...) px_printf(2, 3);

/** Note why a source lacks, of a ring or of all that a device has; the first reason stays. */
px_must_check struct px_error *px_ring_lack(struct px_ring *ring, enum px_ring_source source,
					    const char *format, ...) px_printf(3, 4);
px_must_check struct px_error *px_ring_device_lack(struct px_ring_device *device,
						   enum px_ring_source source,
						   const char *format, ...) px_printf(3, 4);

/** "vif 0 q1 tx": the device, the queue of several, the direction. Returns buffer. */
const char *px_ring_name(const struct px_ring_device *device, const struct px_ring *ring,
			 char *buffer, size_t size);

#endif
