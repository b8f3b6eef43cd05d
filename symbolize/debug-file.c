/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Separate files of debug information: GDB's manual, "Debugging Information in Separate Files".
 */
#include "symbolize/debug-file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "symbolize/folder.h"

uint32_t px_debug_file_checksum(struct px_bytes bytes)
{
	uLong crc = crc32(0, NULL, 0);

	for (size_t at = 0, size; at < bytes.size; at += size) {
		size = px_min(bytes.size - at, (size_t)INT_MAX);
		crc = crc32(crc, bytes.data + at, (uInt)size);
	}
	return (uint32_t)crc;
}

/* What .gnu_debuglink says: a file name, padded to four bytes, and a checksum. */
struct link {
	const char *name; /* borrowed from the image */
	uint32_t checksum;
};

static bool read_link(struct px_elf_image *image, struct link *ret)
{
	struct px_elf_section section = {0};
	struct px_error *err = px_elf_image_section(image, ".gnu_debuglink", &section);
	struct px_cursor c = px_cursor_of(section.bytes);

	if (err) {
		px_error_free(err);
		return false;
	}
	ret->name = px_cursor_string(&c);
	px_cursor_seek(&c, (c.pos + 3) & ~(size_t)3);
	ret->checksum = px_cursor_u32(&c);
	/* A name, not a way to other folders. */
	return !c.failed && *ret->name && !strchr(ret->name, '/');
}

/* A candidate that fits: of the same build-id, or with the checksum of link. */
static struct px_elf_image *open_fitting(int folder, const char *path,
					 struct px_elf_image *image, const struct link *link)
{
	const struct px_build_id *id = px_elf_image_build_id(image);
	struct px_elf_image *found = NULL;
	struct px_error *err = px_folder_image(folder, path, &found);

	if (err) {
		px_error_free(err);
		return NULL;
	}
	if (px_build_id_equal(px_elf_image_build_id(found), id) ||
	    (link && px_debug_file_checksum(px_elf_image_bytes(found)) == link->checksum))
		return found;
	px_elf_image_close(found);
	return NULL;
}

static struct px_elf_image *find_by_id(int folder, const char *pattern,
				       struct px_elf_image *image)
{
	const struct px_build_id *id = px_elf_image_build_id(image);
	char hex[PX_BUILD_ID_HEX], path[128];

	if (folder < 0 || id->size < 2)
		return NULL;
	px_build_id_hex(id, hex);
	snprintf(path, sizeof(path), pattern, hex, hex + 2);
	return open_fitting(folder, path, image, NULL);
}

static struct px_elf_image *find_by_link(int root, const char *path, struct px_elf_image *image)
{
	static const char *const patterns[] = {
		"%.*s/%s",
		"%.*s/.debug/%s",
		"/usr/lib/debug%.*s/%s",
	};
	const char *slash = strrchr(path, '/');
	struct px_elf_image *found = NULL;
	char candidate[PATH_MAX];
	struct link link = {0};

	if (root < 0 || !slash || !read_link(image, &link))
		return NULL;
	for (size_t i = 0; !found && i < px_array_size(patterns); i++) {
		int length = snprintf(candidate, sizeof(candidate), patterns[i],
				      (int)(slash - path), path, link.name);

		if (length > 0 && (size_t)length < sizeof(candidate))
			found = open_fitting(root, candidate, image, &link);
	}
	return found;
}

struct px_elf_image *px_debug_file_find(const struct px_debug_folders *folders,
					const char *path, struct px_elf_image *image)
{
	struct px_elf_image *found;

	found = find_by_id(folders->root, "/usr/lib/debug/.build-id/%.2s/%s.debug", image);
	if (!found)
		found = find_by_id(folders->root, "/.build-id/%.2s/%s.debug", image);
	if (!found)
		found = find_by_id(folders->host, "/.build-id/%.2s/%s.debug", image);
	return found ? found : find_by_link(folders->root, path, image);
}
