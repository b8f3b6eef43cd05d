/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a domain grants: its grant table, read from outside (Xen public/grant_table.h).
 *
 * A grant names a frame that another domain may use. The table is memory of the guest, mapped
 * read-only and as it is now; nothing is mapped or copied through a grant, so that no entry
 * ever looks used because of us. Entries are copied twice and taken only when both copies
 * agree. What they say is the guest's claim: a frame that it does not own cannot be mapped as
 * its memory (px_guest_ops.map), and that is the check that counts.
 *
 * The handle works on a table of operations: the live one (grants-xen.c) and the test double
 * (tests/support/grants-double.h).
 */
#ifndef PX_GUEST_GRANTS_H
#define PX_GUEST_GRANTS_H

#include "guest/guest.h"
#include "lib/bytes.h"

/** A grant that is a whole page for one domain to use. */
struct px_grant {
	uint32_t domain; /* that may use it */
	px_frame_number frame;
	bool read_only;
	bool reading, writing; /* the peer has it mapped, or copies, right now */
};

enum px_grant_outcome {
	PX_GRANT_OK,
	PX_GRANT_BEYOND,     /* the table is not that long */
	PX_GRANT_FREE,	     /* the entry grants nothing */
	PX_GRANT_TRANSFER,   /* it takes a page in, or did */
	PX_GRANT_TRANSITIVE, /* it passes on what another domain granted */
	PX_GRANT_SUB_PAGE,   /* it grants a part of a page */
	PX_GRANT_CHANGES,    /* it changed while it was read, again and again */
	PX_GRANT_UNREADABLE, /* so far on that we did not map it, or none can be mapped */
	PX_GRANT_OUTCOMES,
};

/** "ok", "no such reference", "free", ...; never NULL. */
const char *px_grant_outcome_name(enum px_grant_outcome outcome);

/** One entry: 8 bytes of version 1, 16 of version 2 with its 2 of the status frames. */
enum {
	PX_GRANT_ENTRY_1 = 8,
	PX_GRANT_ENTRY_2 = 16,
	PX_GRANT_STATUS = 2,
};

/**
 * Decode the bytes of one entry; status: of version 2, else empty. Too few bytes:
 * PX_GRANT_BEYOND. *ret is untouched unless OK.
 */
enum px_grant_outcome px_grant_decode(unsigned int version, struct px_bytes entry,
				      struct px_bytes status, struct px_grant *ret);

struct px_grants;

/** A table as it is now; borrowed until the next look at it. */
struct px_grant_table {
	unsigned int version;	/* 1 or 2; 0: there is no table */
	uint64_t entries;	/* that it has now */
	struct px_bytes shared; /* whole frames, live: all up to a bound, or none at all */
	struct px_bytes status; /* of version 2, likewise */
};

/** The operations of a back end. */
struct px_grants_ops {
	/** Map the table anew. Never more frames than it has: asking for more adds them. */
	struct px_error *(*table)(struct px_grants *grants, struct px_grant_table *ret);
	void (*close)(struct px_grants *grants);
};

/** Common part of every back end: embed it first. */
struct px_grants {
	const struct px_grants_ops *ops;
	struct px_grant_table table;
};

/**
 * The grants of a live domain; guest must be one of px_guest_open_xen, is borrowed, must
 * outlive the handle, and has its calls counted there. Nothing is read yet. Works with the
 * privileges of a guest (px_guest_ioctls_xen). Errors: out of memory only.
 */
px_must_check struct px_error *px_grants_open_xen(struct px_guest *guest,
						  struct px_grants **ret);

/** NULL is accepted. */
void px_grants_close(struct px_grants *grants);
void px_grants_closep(struct px_grants **grants);

/**
 * Follow the table to where it is now: before the first look-up, and once for each snapshot.
 * Three hypercalls, the last of which maps; four of version 2. Where Xen or dom0's kernel do
 * not show the table that is no error: its entries are PX_GRANT_UNREADABLE.
 */
px_must_check struct px_error *px_grants_refresh(struct px_grants *grants);

/** Look up a reference; no calls. *ret is untouched unless OK. */
enum px_grant_outcome px_grants_find(const struct px_grants *grants, uint32_t reference,
				     struct px_grant *ret);

#endif
