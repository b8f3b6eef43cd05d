/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below a folder, through openat2(2) with RESOLVE_IN_ROOT (Linux 5.6). A file is looked
 * at before it is opened: opening a device or a pipe would already do something.
 */
#include "symbolize/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/memory.h"

#define LARGEST_FILE ((uint64_t)4 << 30)

struct px_error *px_folder_open(const char *path, int *ret)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return px_error_system(errno, "%s", path);
	*ret = fd;
	return NULL;
}

static struct px_error *look(int folder, const char *path, int *ret)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));

	if (fd >= 0) {
		*ret = (int)fd;
		return NULL;
	}
	if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP)
		return px_error_new(PX_ERR_NOT_FOUND, "%s: no such file", path);
	return px_error_system(errno, "%s", path);
}

struct px_error *px_folder_file(int folder, const char *path, int *ret)
{
	px_cleanup(px_closep) int place = -1;
	struct px_error *err = look(folder, path, &place);
	char again[64];
	struct stat st;
	int fd;

	if (err)
		return err;
	if (fstat(place, &st))
		return px_error_system(errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return px_error_new(PX_ERR_UNSUPPORTED, "%s is not a regular file", path);
	if ((uint64_t)st.st_size > LARGEST_FILE)
		return px_error_new(PX_ERR_LIMIT, "%s is larger than 4 GiB", path);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", place);
	fd = open(again, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return px_error_system(errno, "%s", path);
	*ret = fd;
	return NULL;
}

struct px_error *px_folder_image(int folder, const char *path, struct px_elf_image **ret)
{
	px_cleanup(px_closep) int fd = -1;
	struct px_error *err = px_folder_file(folder, path, &fd);

	return err ? err : px_elf_image_open_fd(fd, path, ret);
}
