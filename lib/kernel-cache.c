/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping images of kernels. */
#include "lib/kernel-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/file.h"
#include "lib/memory.h"

enum {
	FILE_MODE = 0600,
	FOLDER_MODE = 0700,
	VERSION = 1, /* raise it when images are composed in another way */
};

/* Of distribution kernels it is a tenth of this. */
#define IMAGE_MAX ((off_t)256 << 20)

struct trailer {
	char mark[8];
	uint32_t version, crc;
};

static const char mark[8] = "PXKERNEL";

static struct trailer trailer_of(struct px_bytes image)
{
	struct trailer trailer = {.version = VERSION};

	memcpy(trailer.mark, mark, sizeof(mark));
	trailer.crc = (uint32_t)crc32_z(crc32_z(0, NULL, 0), image.data, image.size);
	return trailer;
}

struct px_error *px_kernel_cache_folder(char **ret)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *folder = NULL;
	int n;

	if (cache && cache[0] == '/')
		n = asprintf(&folder, "%s/perf-xen/kernels", cache);
	else if (home && home[0] == '/')
		n = asprintf(&folder, "%s/.cache/perf-xen/kernels", home);
	else
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no HOME in the environment to keep kernels in");
	if (n < 0)
		return &px_error_no_memory;
	*ret = folder;
	return NULL;
}

static char *path_of(const char *folder, const struct px_build_id *build_id)
{
	char hex[PX_BUILD_ID_HEX], *path = NULL;

	if (!build_id->size ||
	    asprintf(&path, "%s/%s.elf", folder, px_build_id_hex(build_id, hex)) < 0)
		return NULL;
	return path;
}

/* A regular file that nobody else can have written. */
static bool is_ours(int fd, size_t *size_ret)
{
	struct stat status;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
	    status.st_mode & (S_IWGRP | S_IWOTH) || status.st_size > IMAGE_MAX)
		return false;
	*size_ret = (size_t)status.st_size;
	return true;
}

static bool read_all(int fd, uint8_t *to, size_t size)
{
	while (size) {
		ssize_t n = read(fd, to, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		size -= (size_t)n;
	}
	return true;
}

/* Take the trailer off; false where it is not that of the bytes before it. */
static bool check(struct px_buffer *file)
{
	struct trailer expected;

	if (file->size < sizeof(expected))
		return false;
	file->size -= sizeof(expected);
	expected = trailer_of(px_buffer_bytes(file));
	return !memcmp(file->data + file->size, &expected, sizeof(expected));
}

bool px_kernel_cache_read(const char *folder, const struct px_build_id *build_id,
			  struct px_buffer *ret)
{
	char *path px_cleanup(px_freep) = path_of(folder, build_id);
	int fd px_cleanup(px_closep) = -1;
	struct px_buffer file = {0};
	size_t size = 0;

	if (path)
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || !is_ours(fd, &size))
		return false;
	px_buffer_zero(&file, size);
	if (file.failed || !read_all(fd, file.data, size) || !check(&file)) {
		px_buffer_fini(&file);
		return false;
	}
	*ret = file;
	return true;
}

struct px_error *px_kernel_cache_write(const char *folder, const struct px_build_id *build_id,
				       struct px_bytes image)
{
	char *path px_cleanup(px_freep) = path_of(folder, build_id);
	struct trailer trailer = trailer_of(image);
	const struct px_bytes parts[] = {image, px_bytes_of(&trailer, sizeof(trailer))};

	if (!build_id->size)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "a kernel without build-id cannot be kept");
	if (!path)
		return &px_error_no_memory;
	return px_file_replace(path, parts, px_array_size(parts), FILE_MODE, FOLDER_MODE);
}
