/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store that a test builds: a tree in memory. As in xenstore, a key has parents, which are
 * there as soon as it is, with empty values.
 */
#ifndef PX_TESTS_SUPPORT_STORE_DOUBLE_H
#define PX_TESTS_SUPPORT_STORE_DOUBLE_H

#include "guest/store.h"
#include "lib/bytes.h"

struct px_store_double {
	struct px_store store; /* first: this is the handle */

	/* The n-th request from now on fails (1: the next), once; 0: none does. */
	unsigned int fail;

	/* Called before each request is answered: the tree may change now. May be NULL. */
	void (*asked)(struct px_store_double *store, const char *path, void *context);
	void *asked_context;

	/* Private. */
	struct px_store_double_key *keys;
	size_t count, capacity;
};

/** An empty tree. Aborts when out of memory. Free with px_store_close(&double->store). */
struct px_store_double *px_store_double_new(void);

/** Set a key's value, in place of what it had. */
void px_store_double_put(struct px_store_double *store, const char *path, const char *value);
void px_store_double_put_number(struct px_store_double *store, const char *path,
				uint32_t value);
void px_store_double_put_bytes(struct px_store_double *store, const char *path,
			       struct px_bytes value);

/** Remove a key and all below it. */
void px_store_double_remove(struct px_store_double *store, const char *path);

#endif
