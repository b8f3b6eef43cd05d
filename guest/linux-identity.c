/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The banner and the build-id of a running kernel. */
#include "guest/linux-identity.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

#include "guest/address.h"

#define BANNER "Linux version "

/* What is looked for may lie across the border of two pages: this much of the page before is
 * looked at again. The note is 36 bytes, a release at most 64 behind 14 of text. */
#define OVERLAP 128

enum {
	NOTE_SIZE = sizeof(Elf64_Nhdr) + sizeof(ELF_NOTE_GNU) + PX_BUILD_ID_MAX
};

bool px_linux_release_of_banner(struct px_bytes banner, char ret[PX_LINUX_RELEASE_MAX])
{
	size_t start = strlen(BANNER), n = 0;

	if (banner.size <= start || memcmp(banner.data, BANNER, start) ||
	    !isdigit(banner.data[start]))
		return false;
	while (start + n < banner.size && isgraph(banner.data[start + n]))
		n++;
	if (start + n == banner.size || banner.data[start + n] != ' ' ||
	    n >= PX_LINUX_RELEASE_MAX)
		return false;
	memcpy(ret, banner.data + start, n);
	ret[n] = '\0';
	return true;
}

static void find_release(struct px_bytes window, uint64_t address,
			 struct px_linux_identity *identity)
{
	const uint8_t *at = window.data, *end = window.data + window.size;

	while (!identity->release[0] &&
	       (at = memmem(at, (size_t)(end - at), BANNER, strlen(BANNER)))) {
		if (px_linux_release_of_banner(px_bytes_of(at, (size_t)(end - at)),
					       identity->release))
			identity->banner = address + (uint64_t)(at - window.data);
		at++;
	}
}

/* Notes are aligned to 4 bytes, and so are windows. */
static void find_build_id(struct px_bytes window, uint64_t address,
			  struct px_linux_identity *identity)
{
	static const Elf64_Nhdr header = {sizeof(ELF_NOTE_GNU), PX_BUILD_ID_MAX,
					  NT_GNU_BUILD_ID};

	for (size_t at = 0; at + NOTE_SIZE <= window.size && !identity->build_id.size;
	     at += 4) {
		if (memcmp(window.data + at, &header, sizeof(header)))
			continue;
		/* One note only: what follows it may be cut off by the window's end. */
		if (px_build_id_from_notes(px_bytes_of(window.data + at, NOTE_SIZE),
					   &identity->build_id))
			identity->note = address + at;
	}
}

bool px_linux_identity_scan(const struct px_linux_reader *reader, uint64_t address,
			    uint64_t size, struct px_linux_identity *ret)
{
	uint8_t window[OVERLAP + PX_PAGE_SIZE];
	struct px_linux_identity found = {0};
	size_t kept = 0;

	for (uint64_t done = 0; done < size && (!found.release[0] || !found.build_id.size);
	     done += PX_PAGE_SIZE) {
		uint8_t *page = window + OVERLAP;
		struct px_bytes part = px_bytes_of(page - kept, kept + PX_PAGE_SIZE);

		if (!px_linux_read(reader, address + done, page, PX_PAGE_SIZE)) {
			kept = 0;
			continue;
		}
		find_release(part, address + done - kept, &found);
		/* A page that begins like an ELF file is the first of a vDSO image. */
		if (memcmp(page, ELFMAG, SELFMAG))
			find_build_id(part, address + done - kept, &found);
		memcpy(window, page + PX_PAGE_SIZE - OVERLAP, OVERLAP);
		kept = OVERLAP;
	}
	if (!found.release[0] && !found.build_id.size)
		return false;
	*ret = found;
	return true;
}
