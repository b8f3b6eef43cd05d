/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of where a reading is from. */
#include "ringtrace/reading.h"

const char *px_ring_source_name(enum px_ring_source source)
{
	static const char *const names[PX_RING_SOURCES] = {
		[PX_SOURCE_PAGE] = "the shared page",
		[PX_SOURCE_FRONT] = "the front end's private state",
		[PX_SOURCE_BACK] = "the back end's private state",
		[PX_SOURCE_FRONT_PORT] = "the guest's end of the event channel",
		[PX_SOURCE_BACK_PORT] = "the back end's end of the event channel",
		[PX_SOURCE_COUNTERS] = "the back end's counters of events",
	};

	return (unsigned int)source < PX_RING_SOURCES ? names[source] : "an unknown source";
}
