/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's public io/xs_wire.h: messages through two rings of bytes in one page. */
#include "store.h"

#include <xen/xen.h>
#include <xen/hvm/params.h>
#include <xen/io/xs_wire.h>

#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/hypercall.h"
#include "tests/guests/unikernel/text.h"

#define SECOND UINT64_C(1000000000)

static struct {
	volatile struct xenstore_domain_interface *ring;
	uint32_t port;
	uint32_t events; /* of watches, not yet told */
} store;

bool store_init(void)
{
	uint64_t frame = hypercall_parameter(HVM_PARAM_STORE_PFN);

	store.ring = (void *)(uintptr_t)(frame << 12);
	store.port = (uint32_t)hypercall_parameter(HVM_PARAM_STORE_EVTCHN);
	return frame && store.port;
}

/* --- bytes -------------------------------------------------------------------------------- */

static void wait(void)
{
	events_wait(store.port, clock_ns() + SECOND);
}

static void send_bytes(const void *from, size_t size)
{
	volatile struct xenstore_domain_interface *ring = store.ring;
	const char *bytes = from;

	while (size) {
		XENSTORE_RING_IDX producer = ring->req_prod;

		if (producer - ring->req_cons == XENSTORE_RING_SIZE) {
			events_notify(store.port);
			wait();
			continue;
		}
		ring->req[MASK_XENSTORE_IDX(producer)] = *bytes++;
		__atomic_thread_fence(__ATOMIC_RELEASE);
		ring->req_prod = producer + 1;
		size--;
	}
}

static void receive_bytes(void *to, size_t size)
{
	volatile struct xenstore_domain_interface *ring = store.ring;
	char *bytes = to;

	while (size) {
		XENSTORE_RING_IDX consumer = ring->rsp_cons;

		if (consumer == ring->rsp_prod) {
			wait();
			continue;
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		*bytes++ = ring->rsp[MASK_XENSTORE_IDX(consumer)];
		__atomic_thread_fence(__ATOMIC_RELEASE);
		ring->rsp_cons = consumer + 1;
		size--;
		/* The other side may wait for room. */
		if (ring->rsp_prod - consumer == XENSTORE_RING_SIZE)
			events_notify(store.port);
	}
}

static void skip_bytes(size_t size)
{
	for (char byte; size; size--)
		receive_bytes(&byte, 1);
}

/* --- messages ----------------------------------------------------------------------------- */

/* The header of the next message that is not about a watch. */
static struct xsd_sockmsg next_answer(void)
{
	for (;;) {
		struct xsd_sockmsg answer;

		receive_bytes(&answer, sizeof(answer));
		if (answer.type != XS_WATCH_EVENT)
			return answer;
		skip_bytes(answer.len);
		store.events++;
	}
}

static size_t length(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	return size;
}

/* What is in the answer goes to ret, as far as it fits, and a zero after it. */
static bool ask(uint32_t type, const char *path, const char *more, size_t more_size, char *ret,
		size_t ret_size)
{
	size_t path_size = length(path) + 1, taken;
	struct xsd_sockmsg message = {.type = type, .len = (uint32_t)(path_size + more_size)};

	send_bytes(&message, sizeof(message));
	send_bytes(path, path_size);
	send_bytes(more, more_size);
	events_notify(store.port);
	message = next_answer();
	taken = message.len < ret_size ? message.len : ret_size - 1;
	receive_bytes(ret, taken);
	ret[taken] = '\0';
	skip_bytes(message.len - taken);
	events_notify(store.port);
	return message.type == type && taken == message.len;
}

/* --- what drivers use --------------------------------------------------------------------- */

static void join(char path[STORE_PATH_MOST], const char *folder, const char *name)
{
	const char *parts[] = {folder ? folder : "", folder ? "/" : "", name};
	size_t size = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *c = parts[i]; *c && size < STORE_PATH_MOST - 1; c++)
			path[size++] = *c;
	path[size] = '\0';
}

bool store_read(const char *folder, const char *name, char *value, size_t size)
{
	char path[STORE_PATH_MOST];

	join(path, folder, name);
	return ask(XS_READ, path, NULL, 0, value, size);
}

uint64_t store_read_number(const char *folder, const char *name)
{
	char value[TEXT_DIGITS];

	return store_read(folder, name, value, sizeof(value)) ? text_number(value) : 0;
}

bool store_write(const char *folder, const char *name, const char *value)
{
	char path[STORE_PATH_MOST], answer[16];

	join(path, folder, name);
	return ask(XS_WRITE, path, value, length(value), answer, sizeof(answer));
}

bool store_write_number(const char *folder, const char *name, uint64_t number)
{
	char digits[TEXT_DIGITS];

	return store_write(folder, name, text_digits(number, digits));
}

bool store_watch(const char *folder, const char *name)
{
	char path[STORE_PATH_MOST], answer[16];

	join(path, folder, name);
	return ask(XS_WATCH, path, "0", 2, answer, sizeof(answer));
}

void store_wait(void)
{
	while (!store.events) {
		struct xsd_sockmsg message;

		receive_bytes(&message, sizeof(message));
		skip_bytes(message.len);
		store.events += message.type == XS_WATCH_EVENT;
	}
	store.events = 0;
}
