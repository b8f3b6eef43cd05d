/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of devices, rings and readings: making it, naming what is in it. */
#include "ringtrace/rings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/memory.h"

const char *px_xenbus_state_name(enum px_xenbus_state state)
{
	static const char *const names[] = {
		[PX_XENBUS_UNKNOWN] = "unknown",
		[PX_XENBUS_INITIALISING] = "initialising",
		[PX_XENBUS_INIT_WAIT] = "init wait",
		[PX_XENBUS_INITIALISED] = "initialised",
		[PX_XENBUS_CONNECTED] = "connected",
		[PX_XENBUS_CLOSING] = "closing",
		[PX_XENBUS_CLOSED] = "closed",
		[PX_XENBUS_RECONFIGURING] = "reconfiguring",
		[PX_XENBUS_RECONFIGURED] = "reconfigured",
	};

	return (size_t)state < px_array_size(names) ? names[state] : names[PX_XENBUS_UNKNOWN];
}

static void device_fini(struct px_ring_device *device)
{
	for (size_t i = 0; i < device->ring_count; i++) {
		for (size_t source = 0; source < PX_RING_SOURCES; source++)
			free(device->rings[i].lacks[source]);
		free(device->rings[i].in_flight);
	}
	free(device->rings);
	free(device->front_path);
	free(device->back_path);
	free(device->problem);
}

void px_rings_fini(struct px_rings *rings)
{
	for (size_t i = 0; i < rings->device_count; i++)
		device_fini(&rings->devices[i]);
	free(rings->devices);
	*rings = (struct px_rings){0};
}

struct px_error *px_rings_add(struct px_rings *rings, struct px_ring_device **ret)
{
	struct px_error *err =
		px_array_grow(rings->devices, rings->device_count, rings->device_capacity);

	if (err)
		return err;
	*ret = &rings->devices[rings->device_count++];
	**ret = (struct px_ring_device){0};
	return NULL;
}

struct px_error *px_ring_device_add(struct px_ring_device *device, struct px_ring **ret)
{
	struct px_error *err =
		px_array_grow(device->rings, device->ring_count, device->ring_capacity);

	if (err)
		return err;
	*ret = &device->rings[device->ring_count++];
	**ret = (struct px_ring){0};
	return NULL;
}

static struct px_error *write_note(char **note, const char *format, va_list arguments)
{
	char *text = NULL;

	if (*note)
		return NULL;
	if (vasprintf(&text, format, arguments) < 0)
		return &px_error_no_memory;
	*note = text;
	return NULL;
}

struct px_error *px_ring_device_note(struct px_ring_device *device, const char *format, ...)
{
	struct px_error *err;
	va_list arguments;

	va_start(arguments, format);
	err = write_note(&device->problem, format, arguments);
	va_end(arguments);
	return err;
}

struct px_error *px_ring_lack(struct px_ring *ring, enum px_ring_source source,
			      const char *format, ...)
{
	struct px_error *err;
	va_list arguments;

	va_start(arguments, format);
	err = write_note(&ring->lacks[source], format, arguments);
	va_end(arguments);
	return err;
}

struct px_error *px_ring_device_lack(struct px_ring_device *device, enum px_ring_source source,
				     const char *format, ...)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		va_list arguments;

		va_start(arguments, format);
		err = write_note(&device->rings[i].lacks[source], format, arguments);
		va_end(arguments);
	}
	return err;
}

/* What tells a ring from the others of its device. */
static const char *direction(enum px_ring_kind kind)
{
	static const char *const names[] = {
		[PX_RING_NET_TX] = " tx",
		[PX_RING_NET_RX] = " rx",
		[PX_RING_BLOCK] = "",
		[PX_RING_CONSOLE_OUT] = " out",
		[PX_RING_CONSOLE_IN] = " in",
		[PX_RING_STORE_REQUEST] = " request",
		[PX_RING_STORE_REPLY] = " reply",
	};

	return names[kind];
}

const char *px_ring_name(const struct px_ring_device *device, const struct px_ring *ring,
			 char *buffer, size_t size)
{
	if (ring->in_queue)
		snprintf(buffer, size, "%s q%u%s", device->name, ring->queue,
			 direction(ring->kind));
	else
		snprintf(buffer, size, "%s%s", device->name, direction(ring->kind));
	return buffer;
}
