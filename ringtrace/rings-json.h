/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings for programs: doc/schema/rings.json describes it. What is not known is null. */
#ifndef PX_RINGTRACE_RINGS_JSON_H
#define PX_RINGTRACE_RINGS_JSON_H

#include <jansson.h>

#include "ringtrace/verdict.h"

/** All of rings, every reading, and what is thought of them; NULL: out of memory. */
json_t *px_rings_json(const struct px_rings *rings);

/** What is thought of one ring or device: an array, what counts most first. */
json_t *px_verdicts_json(const struct px_verdicts *verdicts);

/** "idle", "progress", "waits", "unknown", "fault". */
const char *px_health_key(enum px_health health);

#endif
