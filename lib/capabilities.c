/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dropping capabilities, with libcap-ng. */
#include <cap-ng.h>
#include <errno.h>

#include "lib/privileges.h"

const bool px_capabilities_built = true;

struct px_error *px_capabilities_drop(bool read_search)
{
	capng_select_t sets = CAPNG_SELECT_CAPS;

	read_search = read_search &&
		      capng_have_capability(CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH) > 0;
	/* Without this one the bounding set stays, but then there is nothing to regain. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) > 0)
		sets = CAPNG_SELECT_ALL;
	capng_clear(CAPNG_SELECT_ALL);
	if (read_search && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
					CAP_DAC_READ_SEARCH) != 0)
		return px_error_system(EINVAL, "cannot choose capabilities");
	if (capng_apply(sets) != 0)
		return px_error_system(errno, "cannot drop capabilities");
	return NULL;
}
