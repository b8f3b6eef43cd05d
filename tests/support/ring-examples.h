/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings that rules of verdicts are about, with what makes another thing of each. */
#ifndef PX_TESTS_SUPPORT_RING_EXAMPLES_H
#define PX_TESTS_SUPPORT_RING_EXAMPLES_H

#include "ringtrace/reading.h"

struct ring_example {
	const char *id;
	enum px_ring_kind kind;
	void (*make)(struct px_ring_reading *r);      /* of an idle one; both readings */
	void (*misses[8])(struct px_ring_reading *r); /* what makes it another thing */
	unsigned int needs[3]; /* sources without which the rule cannot tell, one a time */
	bool at_once;	       /* the last reading is enough */
	bool follows;	       /* from another verdict that is shown before it */
	bool no_page;	       /* it is known from elsewhere */
	uint64_t seconds;      /* between the readings; 0: 1 */
};

/** All of them. */
const struct ring_example *ring_examples(size_t *count_ret);

#endif
