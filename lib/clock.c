/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time in nanoseconds. */
#include "lib/clock.h"

#include <time.h>

uint64_t px_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
