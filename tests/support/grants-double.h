/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A grant table that a test fills in. */
#ifndef PX_TESTS_SUPPORT_GRANTS_DOUBLE_H
#define PX_TESTS_SUPPORT_GRANTS_DOUBLE_H

#include "guest/grants.h"

#define PX_DOUBLE_GRANT_FRAMES 2

struct px_grants_double {
	struct px_grants grants; /* first: this is the handle */

	/* As of the next refresh. version 0: there is no table. */
	unsigned int version;
	uint64_t entries; /* more than fit below are out of reach */
	bool unmapped;	  /* all are */
	uint8_t shared[PX_DOUBLE_GRANT_FRAMES * PX_PAGE_SIZE];
	uint8_t status[PX_PAGE_SIZE];

	/* The n-th refresh from now on fails (1: the next), once; 0: none does. */
	unsigned int fail;
	unsigned int refreshes;
};

/** An empty table. Aborts when out of memory. Free with px_grants_close(&double->grants). */
struct px_grants_double *px_grants_double_new(unsigned int version);

/** Grant a page, not in use. */
void px_grants_double_put(struct px_grants_double *grants, uint32_t reference, uint32_t domain,
			  px_frame_number frame);

/** Write the flags of an entry: type, read-only, in version 1 its use. */
void px_grants_double_flags(struct px_grants_double *grants, uint32_t reference,
			    uint16_t flags);

#endif
