/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs: functions of guests that tell what a stack waits for. Those of Linux are in
 * drivers/net/xen-netfront.c, drivers/block/xen-blkfront.c, drivers/tty/hvc/hvc_xen.c,
 * drivers/xen/xenbus/, block/blk-mq*.c and kernel/; of MirageOS in mirage-net-xen,
 * mirage-block-xen and shared-memory-ring; of Mini-OS in netfront.c and blkfront.c; ringer's in
 * tests/guests/ringer/net.c.
 */
#ifndef PX_RINGTRACE_SIGNS_H
#define PX_RINGTRACE_SIGNS_H

#include "ringtrace/doctor.h"

enum px_sign_class {
	PX_SIGN_RING,  /* it works on a ring of kinds */
	PX_SIGN_PANIC, /* the kernel has given up, and loops */
	PX_SIGN_LOCK,  /* it waits for another vCPU */
};

struct px_sign {
	const char *function; /* a pattern as the shell's */
	enum px_sign_class class;
	unsigned int kinds; /* 1 << enum px_ring_kind */
	const char *does;   /* "sends a packet" */
};

/** A sign and the frame that shows it. */
struct px_sign_seen {
	const struct px_sign *sign;
	const struct px_doctor_frame *frame;
};

/** The innermost sign in a stack; false where it has none. */
bool px_sign_find(const struct px_doctor_stack *stack, struct px_sign_seen *ret);

/**
 * Whether a task of Linux with this state and stack waits, and is not merely without work: in
 * disk sleep, or in a function of the drivers.
 */
bool px_sign_of_wait(char state, const struct px_doctor_stack *stack);

#endif
