/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From facts that are flags to answers. */
#ifndef PX_RINGTRACE_ANSWER_H
#define PX_RINGTRACE_ANSWER_H

#include "ringtrace/reading.h"

static inline enum px_answer px_answer_of(bool yes)
{
	return yes ? PX_ANSWER_YES : PX_ANSWER_NO;
}

static inline enum px_answer px_answer_of_fact(struct px_fact fact)
{
	return fact.known ? px_answer_of(fact.value != 0) : PX_ANSWER_UNKNOWN;
}

/** Yes when either is; unknown when neither is known to be, and one is not known. */
static inline enum px_answer px_answer_either(enum px_answer a, enum px_answer b)
{
	if (a == PX_ANSWER_YES || b == PX_ANSWER_YES)
		return PX_ANSWER_YES;
	return a == PX_ANSWER_NO && b == PX_ANSWER_NO ? PX_ANSWER_NO : PX_ANSWER_UNKNOWN;
}

#endif
