/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock that all measurements go by. */
#ifndef PX_LIB_CLOCK_H
#define PX_LIB_CLOCK_H

#include <stdint.h>

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t px_now_ns(void);

#endif
