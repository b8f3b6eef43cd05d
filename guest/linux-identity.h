/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Linux kernel a guest runs, from its memory alone. */
#ifndef PX_GUEST_LINUX_IDENTITY_H
#define PX_GUEST_LINUX_IDENTITY_H

#include "guest/linux-reader.h"
#include "lib/bytes.h"
#include "symbolize/build-id.h"

/* Linux's __NEW_UTS_LEN, and a NUL. */
#define PX_LINUX_RELEASE_MAX 65

struct px_linux_identity {
	char release[PX_LINUX_RELEASE_MAX]; /* "6.1.0-56-amd64"; "" when it was not found */
	struct px_build_id build_id;
	uint64_t banner; /* where they were found: the text, and its note; 0: nowhere */
	uint64_t note;
};

/** The release in a banner "Linux version 6.1.0-56-amd64 (...) ..."; false if it is none. */
bool px_linux_release_of_banner(struct px_bytes banner, char ret[PX_LINUX_RELEASE_MAX]);

/**
 * Look for the banner and the kernel's own build-id note (not those of the vDSO images that
 * the kernel carries) in size bytes of kernel memory from address on, a page at a time;
 * pages that cannot be read are skipped. Returns whether either was found.
 */
bool px_linux_identity_scan(const struct px_linux_reader *reader, uint64_t address,
			    uint64_t size, struct px_linux_identity *ret);

#endif
