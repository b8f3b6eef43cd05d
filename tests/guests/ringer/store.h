/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of xenstore that waits for each answer; only for the time before threads start. */
#ifndef RINGER_STORE_H
#define RINGER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_PATH_MOST 128

/** false where there is no xenstore. */
bool store_init(void);

/*
 * Values are named by folder and name; without a folder (NULL) the name is the whole path.
 * Paths that do not start with a slash are relative to the domain's own folder. STORE_PATH_MOST
 * - 1 bytes of a path count.
 */

/** The value with a terminating zero; false when there is none or it does not fit. */
bool store_read(const char *folder, const char *name, char *value, size_t size);

/** The number that a value starts with; 0 without one. */
uint64_t store_read_number(const char *folder, const char *name);

bool store_write(const char *folder, const char *name, const char *value);
bool store_write_number(const char *folder, const char *name, uint64_t number);

/** Have changes of the value wake store_wait(). */
bool store_watch(const char *folder, const char *name);

/** Wait until something watched may have changed. */
void store_wait(void);

#endif
