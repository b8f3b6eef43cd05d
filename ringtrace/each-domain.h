/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doing the same for every domain: each in a process of its own, which gives up its privileges
 * for that domain alone, so that what one guest does to it is nothing to the others.
 */
#ifndef PX_RINGTRACE_EACH_DOMAIN_H
#define PX_RINGTRACE_EACH_DOMAIN_H

#include <stdbool.h>

#include "lib/error.h"

/** Look at the domain of that id; results go to standard output. */
typedef struct px_error *px_each_domain_look(void *context, const char *id, int *status_ret);

struct px_each_domain {
	px_each_domain_look *look;
	void *context;
	bool json; /* the results make an array; else there is a blank line between them */
};

/**
 * Look at all domains but dom0, some at a time, and write what they gave in the order of their
 * ids. *status_ret: the worst enum px_exit, where PX_EXIT_FAULT is worst; a domain that could
 * not be looked at is warned of and makes it PX_EXIT_INCOMPLETE.
 */
px_must_check struct px_error *px_each_domain(const struct px_each_domain *how,
					      int *status_ret);

/** The worse of two enum px_exit of results. */
int px_exit_worse(int a, int b);

#endif
