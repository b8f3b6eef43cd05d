/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a value follows a schema of doc/schema: those keywords of JSON Schema (2020-12) that
 * our schemas use. One that is not known is a failure, so that none is passed over.
 */
#ifndef PX_TESTS_SUPPORT_JSON_SCHEMA_H
#define PX_TESTS_SUPPORT_JSON_SCHEMA_H

#include <jansson.h>

/** Fail the running test with the path to what does not follow doc/schema/NAME. */
void px_assert_schema(const json_t *value, const char *name);

#endif
