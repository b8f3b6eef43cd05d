/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small recording of a guest with everything that reports must cope with, hostile names too.
 */
#ifndef PX_TESTS_SUPPORT_REPORT_FIXTURE_H
#define PX_TESTS_SUPPORT_REPORT_FIXTURE_H

#include "lib/error.h"

enum {
	PX_REPORT_FIXTURE_SAMPLES = 20, /* of vcpu-clock */
	PX_REPORT_FIXTURE_WAITS = 2,	/* of xen-ring:wait */
	PX_REPORT_FIXTURE_PERIOD = 1003009,
};

/** Write it: the same bytes whatever the host, for one version of the program. */
px_must_check struct px_error *px_report_fixture_write(const char *path);

#endif
