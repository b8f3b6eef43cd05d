/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the drivers at both ends of rings keep: releasing it, and saying what is missing. */
#include "guest/driver-state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void px_driver_lack(char lacks[PX_DRIVER_LACKS_MAX], const char *format, ...)
{
	va_list arguments;

	if (lacks[0])
		return;
	va_start(arguments, format);
	vsnprintf(lacks, PX_DRIVER_LACKS_MAX, format, arguments);
	va_end(arguments);
}

void px_netfront_fini(struct px_netfront *front)
{
	free(front->queues);
	*front = (struct px_netfront){0};
}

void px_netback_fini(struct px_netback *back)
{
	free(back->queues);
	*back = (struct px_netback){0};
}

void px_blkfront_fini(struct px_blkfront *front)
{
	free(front->rings);
	*front = (struct px_blkfront){0};
}

void px_blkback_fini(struct px_blkback *back)
{
	free(back->rings);
	*back = (struct px_blkback){0};
}
