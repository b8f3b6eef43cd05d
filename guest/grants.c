/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the entries of a grant table say. */
#include "guest/grants.h"

#include <string.h>

/* Xen's public/grant_table.h; for both versions. */
enum {
	GTF_TYPE = 3,
	GTF_INVALID = 0,
	GTF_PERMIT_ACCESS = 1,
	GTF_ACCEPT_TRANSFER = 2,
	GTF_TRANSITIVE = 3,
	GTF_READ_ONLY = 1 << 2,
	GTF_READING = 1 << 3, /* version 2: in the status word */
	GTF_WRITING = 1 << 4,
	GTF_SUB_PAGE = 1 << 8, /* version 2 */
};

enum {
	COPIES = 8, /* until two are alike */
};

const char *px_grant_outcome_name(enum px_grant_outcome outcome)
{
	static const char *const names[PX_GRANT_OUTCOMES] = {
		[PX_GRANT_OK] = "ok",
		[PX_GRANT_BEYOND] = "no such reference",
		[PX_GRANT_FREE] = "grants nothing",
		[PX_GRANT_TRANSFER] = "for a transfer",
		[PX_GRANT_TRANSITIVE] = "passed on from another domain",
		[PX_GRANT_SUB_PAGE] = "a part of a page",
		[PX_GRANT_CHANGES] = "changes all the time",
		[PX_GRANT_UNREADABLE] = "out of reach",
	};

	return (unsigned int)outcome < PX_GRANT_OUTCOMES ? names[outcome] : "unknown";
}

static enum px_grant_outcome outcome_of(unsigned int version, uint16_t flags)
{
	switch (flags & GTF_TYPE) {
	case GTF_INVALID:
		return PX_GRANT_FREE;
	case GTF_ACCEPT_TRANSFER:
		return PX_GRANT_TRANSFER;
	case GTF_TRANSITIVE:
		return PX_GRANT_TRANSITIVE;
	default:
		return version == 2 && flags & GTF_SUB_PAGE ? PX_GRANT_SUB_PAGE : PX_GRANT_OK;
	}
}

enum px_grant_outcome px_grant_decode(unsigned int version, struct px_bytes entry,
				      struct px_bytes status, struct px_grant *ret)
{
	struct px_cursor at = px_cursor_of(entry), at_status = px_cursor_of(status);
	uint16_t flags = px_cursor_u16(&at), use = flags;
	struct px_grant grant = {.domain = px_cursor_u16(&at)};
	enum px_grant_outcome outcome = outcome_of(version, flags);

	if (version == 2) {
		px_cursor_skip(&at, 4);
		grant.frame = px_frame_number_of(px_cursor_u64(&at));
		use = px_cursor_u16(&at_status);
	} else {
		grant.frame = px_frame_number_of(px_cursor_u32(&at));
	}
	if (at.failed || at_status.failed)
		return PX_GRANT_BEYOND;
	if (outcome != PX_GRANT_OK)
		return outcome;
	grant.read_only = flags & GTF_READ_ONLY;
	grant.reading = use & GTF_READING;
	grant.writing = use & GTF_WRITING;
	*ret = grant;
	return PX_GRANT_OK;
}

/* --- the table
 * -------------------------------------------------------------------------------- */

void px_grants_close(struct px_grants *grants)
{
	if (grants)
		grants->ops->close(grants);
}

void px_grants_closep(struct px_grants **grants)
{
	px_grants_close(*grants);
	*grants = NULL;
}

struct px_error *px_grants_refresh(struct px_grants *grants)
{
	grants->table = (struct px_grant_table){0};
	return grants->ops->table(grants, &grants->table);
}

/* An entry and its status word. */
struct copy {
	uint8_t bytes[PX_GRANT_ENTRY_2 + PX_GRANT_STATUS];
};

/* The fence keeps the compiler from making one copy of two. */
static struct copy copy_entry(struct px_bytes entry, struct px_bytes status)
{
	struct copy copy = {{0}};

	memcpy(copy.bytes, entry.data, entry.size);
	if (status.size)
		memcpy(copy.bytes + PX_GRANT_ENTRY_2, status.data, status.size);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return copy;
}

static bool copy_stable(struct px_bytes entry, struct px_bytes status, struct copy *ret)
{
	struct copy now = copy_entry(entry, status);

	for (unsigned int i = 1; i < COPIES; i++) {
		*ret = now;
		now = copy_entry(entry, status);
		if (!memcmp(&now, ret, sizeof(now)))
			return true;
	}
	return false;
}

enum px_grant_outcome px_grants_find(const struct px_grants *grants, uint32_t reference,
				     struct px_grant *ret)
{
	const struct px_grant_table *table = &grants->table;
	size_t size = table->version == 2 ? PX_GRANT_ENTRY_2 : PX_GRANT_ENTRY_1;
	struct px_bytes entry = {0}, status = {0};
	struct copy copy;

	if (table->version == 0 || reference >= table->entries)
		return PX_GRANT_BEYOND;
	if (!px_bytes_slice(table->shared, (uint64_t)reference * size, size, &entry) ||
	    (table->version == 2 &&
	     !px_bytes_slice(table->status, (uint64_t)reference * PX_GRANT_STATUS,
			     PX_GRANT_STATUS, &status)))
		return PX_GRANT_UNREADABLE;
	if (!copy_stable(entry, status, &copy))
		return PX_GRANT_CHANGES;
	return px_grant_decode(table->version, px_bytes_of(copy.bytes, entry.size),
			       px_bytes_of(copy.bytes + PX_GRANT_ENTRY_2, status.size), ret);
}
