/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xenstore as a handle that only reads, over a small table of operations: the live one
 * (store-xen.c) and the test double (tests/support/store-double.h) are two such tables.
 *
 * What is below a domain's folder was written by that domain: any bytes, any number of
 * children, paths that lead anywhere. All of it is bounded here (Xen docs/misc/xenstore.txt: a
 * message has at most 4096 bytes), none of it is trusted, and what is not there or not what it
 * should be is an outcome. An error is what no other key could do better: no connection, no
 * memory. Nothing here waits for longer than xenstored takes to answer.
 */
#ifndef PX_GUEST_STORE_H
#define PX_GUEST_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

enum {
	PX_STORE_VALUE_MAX = 4096,
	PX_STORE_PATH_MAX = 1024, /* ours; the longest that xenstored takes has 3072 */
};

enum px_store_outcome {
	PX_STORE_OK,
	PX_STORE_ABSENT,     /* no such key, or nothing that could be one's absolute path */
	PX_STORE_NOT_NUMBER, /* there, and no decimal number that fits */
};

/** "ok", "absent", "not a number"; never NULL. */
const char *px_store_outcome_name(enum px_store_outcome outcome);

/** A path; "", which is no key's, where it would be too long. */
struct px_store_path {
	char text[PX_STORE_PATH_MAX];
};

/** px_store_path("%s/queue-%u/tx-ring-ref", folder, 0).text */
struct px_store_path px_store_path(const char *format, ...) px_printf(1, 2);

/** What a key has: any bytes, and a NUL after them. */
struct px_store_value {
	size_t size;
	bool is_text; /* no NUL among them: bytes is a string, with control characters maybe */
	char bytes[PX_STORE_VALUE_MAX + 1];
};

/** Names of children, in xenstored's order. Zero-initialise. */
struct px_store_names {
	char **names; /* NUL-terminated; '/' and control characters do not occur in them */
	size_t count;
	bool cut; /* there are more */
};

void px_store_names_fini(struct px_store_names *names);

struct px_store;

/** The operations of a back end. Paths are absolute. */
struct px_store_ops {
	/** As px_store_read. */
	struct px_error *(*read)(struct px_store *store, const char *path,
				 struct px_store_value *ret,
				 enum px_store_outcome *outcome_ret);
	/** As px_store_list. */
	struct px_error *(*list)(struct px_store *store, const char *path, size_t limit,
				 struct px_store_names *ret,
				 enum px_store_outcome *outcome_ret);
	void (*close)(struct px_store *store);
};

/** Common part of every back end: embed it first. */
struct px_store {
	const struct px_store_ops *ops;
	uint64_t requests; /* messages that were sent to xenstored */
};

/**
 * Connect to the xenstored of this host. What follows needs no privileges: open before they
 * are dropped. PX_ERR_NOT_ON_XEN: there is none; PX_ERR_NO_ANSWER: it hangs. Close with
 * px_store_close.
 */
px_must_check struct px_error *px_store_open_xen(struct px_store **ret);

/** NULL is accepted. */
void px_store_close(struct px_store *store);
void px_store_closep(struct px_store **store);

/** Read a key. NULs at its end, which some guests write, are left out. *ret is untouched unless
 * the outcome is OK. One request. */
px_must_check struct px_error *px_store_read(struct px_store *store, const char *path,
					     struct px_store_value *ret,
					     enum px_store_outcome *outcome_ret);

/**
 * Read a decimal number: digits alone, at most UINT32_MAX. *ret is untouched unless the outcome
 * is OK. One request.
 */
px_must_check struct px_error *px_store_number(struct px_store *store, const char *path,
					       uint32_t *ret,
					       enum px_store_outcome *outcome_ret);

/**
 * The children of a key, limit of them at most, as they were at one instant. *ret is untouched
 * unless the outcome is OK; it must be empty before. Three requests, and one more for every
 * 4096 bytes of names.
 */
px_must_check struct px_error *px_store_list(struct px_store *store, const char *path,
					     size_t limit, struct px_store_names *ret,
					     enum px_store_outcome *outcome_ret);

#endif
