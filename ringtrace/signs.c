/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of signs. */
#include "ringtrace/signs.h"

#include <fnmatch.h>
#include <string.h>

enum {
	NET_TX = 1u << PX_RING_NET_TX,
	NET_RX = 1u << PX_RING_NET_RX,
	BLOCK = 1u << PX_RING_BLOCK,
	CONSOLE = 1u << PX_RING_CONSOLE_OUT,
	STORE = 1u << PX_RING_STORE_REQUEST | 1u << PX_RING_STORE_REPLY,
};

static const struct px_sign signs[] = {
	/* Linux: drivers */
	{"xennet_start_xmit", PX_SIGN_RING, NET_TX, "sends a packet"},
	{"xennet_tx_buf_gc", PX_SIGN_RING, NET_TX, "takes answers for sent packets"},
	{"xennet_poll", PX_SIGN_RING, NET_RX, "takes received packets"},
	{"xennet_alloc_rx_buffers", PX_SIGN_RING, NET_RX, "posts buffers"},
	{"blkif_queue_rq", PX_SIGN_RING, BLOCK, "puts disk requests into the ring"},
	{"blkif_interrupt", PX_SIGN_RING, BLOCK, "takes answers to disk requests"},
	{"domU_write_console", PX_SIGN_RING, CONSOLE, "writes to the console"},
	{"__write_console", PX_SIGN_RING, CONSOLE, "writes to the console"},
	{"hvc_write", PX_SIGN_RING, CONSOLE, "writes to the console"},
	{"tty_write_room", PX_SIGN_RING, CONSOLE, "waits for room on the console"},
	{"n_tty_write", PX_SIGN_RING, CONSOLE, "writes to a terminal"},
	{"tty_wait_until_sent", PX_SIGN_RING, CONSOLE, "waits until a terminal has written"},
	{"hvc_chars_in_buffer", PX_SIGN_RING, CONSOLE, "waits for the console"},
	{"xb_write", PX_SIGN_RING, STORE, "asks xenstore"},
	{"read_reply", PX_SIGN_RING, STORE, "waits for xenstore's answer"},
	{"xs_wait_for_reply", PX_SIGN_RING, STORE, "waits for xenstore's answer"},
	{"xs_talkv", PX_SIGN_RING, STORE, "asks xenstore"},
	{"xenbus_dev_write", PX_SIGN_RING, STORE, "asks xenstore for a program"},
	/* Linux: what waits for disks */
	{"blk_mq_get_tag", PX_SIGN_RING, BLOCK, "waits until a disk can take a request"},
	{"submit_bio_wait", PX_SIGN_RING, BLOCK, "waits for a disk"},
	{"blk_execute_rq", PX_SIGN_RING, BLOCK, "waits for a disk"},
	{"blk_mq_freeze_queue_wait", PX_SIGN_RING, BLOCK, "waits until a disk is quiet"},
	{"io_schedule*", PX_SIGN_RING, BLOCK, "waits for a disk"},
	/* Linux: no progress of any kind */
	{"panic", PX_SIGN_PANIC, 0, "has panicked"},
	{"native_queued_spin_lock_slowpath", PX_SIGN_LOCK, 0, "waits for a spin lock"},
	{"__pv_queued_spin_lock_slowpath", PX_SIGN_LOCK, 0, "waits for a spin lock"},
	{"smp_call_function_many_cond", PX_SIGN_LOCK, 0, "waits for another vCPU"},
	{"multi_cpu_stop", PX_SIGN_LOCK, 0, "waits for all vCPUs to stop"},
	/* Reservation of slots (guest-probes/px_reserve.h), and unikernels */
	{"net_tx_wait", PX_SIGN_RING, NET_TX, "waits for slots"},
	{"px_reserve*", PX_SIGN_RING, NET_TX | BLOCK, "waits for slots"},
	{"netfront_xmit", PX_SIGN_RING, NET_TX, "sends a packet"},
	{"netfront_rx", PX_SIGN_RING, NET_RX, "takes received packets"},
	{"blkfront_aio*", PX_SIGN_RING, BLOCK, "waits for a disk"},
	{"*wait_for_free*", PX_SIGN_RING, NET_TX | BLOCK, "waits for slots"},
	{"*Netchannel.Frontend.*", PX_SIGN_RING, NET_TX | NET_RX, "works on the network"},
	{"*Block.Blkfront.*", PX_SIGN_RING, BLOCK, "works on a disk"},
};

/* Compilers append ".part.0", ".isra.0", ".cold" to parts of functions. */
static bool matches(const char *pattern, const char *function)
{
	size_t length = strlen(pattern);

	return !fnmatch(pattern, function, 0) ||
	       (!strncmp(function, pattern, length) && function[length] == '.');
}

static const struct px_sign *sign_of(const char *function)
{
	for (size_t i = 0; i < px_array_size(signs); i++)
		if (matches(signs[i].function, function))
			return &signs[i];
	return NULL;
}

bool px_sign_find(const struct px_doctor_stack *stack, struct px_sign_seen *ret)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct px_doctor_frame *frame = &stack->frames[i];
		const struct px_sign *sign =
			frame->function && !frame->user ? sign_of(frame->function) : NULL;

		if (!sign)
			continue;
		*ret = (struct px_sign_seen){.sign = sign, .frame = frame};
		return true;
	}
	return false;
}

/* What loops and handlers of drivers wait in when there is nothing to do is no sign of theirs:
 * xenbus_thread and xenwatch_thread are not in the table. */
bool px_sign_of_wait(char state, const struct px_doctor_stack *stack)
{
	struct px_sign_seen seen;

	if (state == 'D')
		return true;
	return px_sign_find(stack, &seen) && seen.sign->class == PX_SIGN_RING;
}
