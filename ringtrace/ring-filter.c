/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for devices, and whether a device is among those meant. */
#include "ringtrace/ring-filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool px_ring_id_parse(const char *text, uint32_t *ret)
{
	char proper[16];
	unsigned long long value = strtoull(text, NULL, 10);

	snprintf(proper, sizeof(proper), "%u", (uint32_t)value);
	if (strcmp(text, proper) != 0)
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool px_ring_filter_wants(const struct px_ring_filter *filter, enum px_ring_class class,
			  uint32_t id)
{
	return !filter->one_device || (filter->class == class && filter->id == id);
}

bool px_ring_filter_wants_queue(const struct px_ring_filter *filter, uint32_t queue)
{
	return !filter->one_queue || filter->queue == queue;
}

struct px_error *px_ring_filter_option(const char *value, void *member)
{
	struct px_ring_filter *filter = member;
	struct px_ring_filter found = *filter;

	found.one_device = true;
	found.id = 0;
	if (!strcmp(value, "console"))
		found.class = PX_DEVICE_CONSOLE;
	else if (!strcmp(value, "xenstore"))
		found.class = PX_DEVICE_STORE;
	else if (!strncmp(value, "vif/", 4) && px_ring_id_parse(value + 4, &found.id))
		found.class = PX_DEVICE_VIF;
	else if (!strncmp(value, "vbd/", 4) && px_ring_id_parse(value + 4, &found.id))
		found.class = PX_DEVICE_VBD;
	else if (!strncmp(value, "console/", 8) && px_ring_id_parse(value + 8, &found.id))
		found.class = PX_DEVICE_CONSOLE;
	else
		return px_error_new(PX_ERR_USAGE,
				    "\"%s\" is no device: vif/N, vbd/ID, console, xenstore",
				    value);
	*filter = found;
	return NULL;
}
