/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dropping capabilities, with libcap-ng. */
#include <cap-ng.h>
#include <errno.h>

#include "lib/privileges.h"

const bool px_capabilities_built = true;

static bool is_held(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability) > 0;
}

static int keep(unsigned int capability)
{
	return capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability);
}

struct px_error *px_capabilities_drop(bool read, bool write)
{
	capng_select_t sets = CAPNG_SELECT_CAPS;

	capng_clear(CAPNG_SELECT_ALL); /* forgets what an earlier call has found */
	if (capng_get_caps_process() != 0)
		return px_error_system(errno ? errno : EINVAL, "cannot read capabilities");
	read = read && is_held(CAP_DAC_READ_SEARCH);
	write = write && is_held(CAP_DAC_OVERRIDE);
	/* Without this one the bounding set stays, but then there is nothing to regain. */
	if (is_held(CAP_SETPCAP))
		sets = CAPNG_SELECT_ALL;
	capng_clear(CAPNG_SELECT_ALL);
	if ((read && keep(CAP_DAC_READ_SEARCH) != 0) || (write && keep(CAP_DAC_OVERRIDE) != 0))
		return px_error_system(EINVAL, "cannot choose capabilities");
	if (capng_apply(sets) != 0)
		return px_error_system(errno, "cannot drop capabilities");
	return NULL;
}
