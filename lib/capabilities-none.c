/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A build without libcap-ng keeps its capabilities. */
#include "lib/privileges.h"

const bool px_capabilities_built = false;

struct px_error *px_capabilities_drop(bool read px_unused, bool write px_unused)
{
	return NULL;
}

struct px_error *px_capabilities_raise(void)
{
	return NULL;
}
