/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dropping capabilities, with libcap-ng. */
#include <cap-ng.h>
#include <errno.h>

#include "lib/privileges.h"

const bool px_capabilities_built = true;

/* libcap-ng remembers what an earlier call has found. */
static struct px_error *look(void)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process() != 0)
		return px_error_system(errno ? errno : EINVAL, "cannot read capabilities");
	return NULL;
}

static bool is_held(unsigned int capability)
{
	return capng_have_capability(CAPNG_PERMITTED, capability) > 0;
}

static struct px_error *apply(capng_select_t sets)
{
	if (capng_apply(sets) != 0)
		return px_error_system(errno, "cannot drop capabilities");
	return NULL;
}

struct px_error *px_capabilities_drop(bool read, bool write)
{
	capng_select_t sets = CAPNG_SELECT_CAPS;
	struct px_error *err = look();

	if (err)
		return err;
	read = read && is_held(CAP_DAC_READ_SEARCH);
	write = write && is_held(CAP_DAC_OVERRIDE);
	/* Without this one the bounding set stays, but then there is nothing to regain. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) > 0)
		sets = CAPNG_SELECT_ALL;
	capng_clear(CAPNG_SELECT_ALL);
	if (read)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_READ_SEARCH);
	if (write)
		capng_update(CAPNG_ADD, CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
	return apply(sets);
}

struct px_error *px_capabilities_raise(void)
{
	struct px_error *err = look();

	if (err || !is_held(CAP_DAC_OVERRIDE))
		return err;
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, CAP_DAC_OVERRIDE);
	return apply(CAPNG_SELECT_CAPS);
}
