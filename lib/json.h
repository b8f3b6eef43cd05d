/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands' --json output shares. */
#ifndef PX_LIB_JSON_H
#define PX_LIB_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/error.h"

/** A string of text that may be a guest's: where it is no UTF-8, its bytes above 127 are '?'.
 */
json_t *px_json_text(const char *text);

/**
 * Write value to standard output, and drop it. complete: whether building it went well; only
 * memory can be short.
 */
px_must_check struct px_error *px_json_print(json_t *value, bool complete);

#endif
