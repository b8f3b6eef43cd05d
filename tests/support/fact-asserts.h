/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expecting numbers that may be unknown; for cmocka, which is included before. */
#ifndef PX_TESTS_FACT_ASSERTS_H
#define PX_TESTS_FACT_ASSERTS_H

#include "lib/fact.h"

#define assert_fact(fact, number)                      \
	do {                                           \
		struct px_fact fact_ = (fact);         \
		assert_true(fact_.known);              \
		assert_int_equal(fact_.value, number); \
	} while (0)

/** Unknown, and no number that could be taken for one. */
#define assert_unknown(fact)                      \
	do {                                      \
		struct px_fact fact_ = (fact);    \
		assert_false(fact_.known);        \
		assert_int_equal(fact_.value, 0); \
	} while (0)

#endif
