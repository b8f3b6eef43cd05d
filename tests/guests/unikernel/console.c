/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of Xen's public io/console.h. */
#include "console.h"

#include <xen/xen.h>
#include <xen/io/console.h>

#include "events.h"
#include "text.h"

static struct {
	volatile struct xencons_interface *ring;
	uint32_t port;
} console;

void console_init(uintptr_t ring, uint32_t port)
{
	console.ring = (void *)ring;
	console.port = port;
}

uint32_t console_port(void)
{
	return console.port;
}

static void put(char c)
{
	XENCONS_RING_IDX producer = console.ring->out_prod;

	if (producer - console.ring->out_cons >= sizeof(console.ring->out))
		return;
	console.ring->out[MASK_XENCONS_IDX(producer, console.ring->out)] = c;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	console.ring->out_prod = producer + 1;
}

void console_text(const char *text)
{
	if (!console.ring)
		return;
	for (; *text; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void console_number(uint64_t number)
{
	char digits[TEXT_DIGITS];

	console_text(text_digits(number, digits));
}

void console_flush(void)
{
	if (console.port)
		events_notify(console.port);
}
