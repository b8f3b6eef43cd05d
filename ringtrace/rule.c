/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of who must act and of how well something is. */
#include "ringtrace/rule.h"

const char *px_actor_name(enum px_actor actor)
{
	static const char *const names[] = {
		[PX_ACTOR_NOBODY] = "nobody",
		[PX_ACTOR_FRONT] = "the guest's driver",
		[PX_ACTOR_BACK] = "the back end",
		[PX_ACTOR_HOST] = "the host's administrator",
		[PX_ACTOR_TOOLSTACK] = "the toolstack",
		[PX_ACTOR_EITHER] = "the guest's driver or the back end",
	};

	return (size_t)actor < px_array_size(names) ? names[actor] : names[PX_ACTOR_NOBODY];
}

const char *px_health_name(enum px_health health)
{
	static const char *const names[] = {
		[PX_HEALTH_IDLE] = "idle",   [PX_HEALTH_PROGRESS] = "moves",
		[PX_HEALTH_WAITS] = "waits", [PX_HEALTH_UNKNOWN] = "unknown",
		[PX_HEALTH_FAULT] = "FAULT",
	};

	return (size_t)health < px_array_size(names) ? names[health] : names[PX_HEALTH_UNKNOWN];
}
