/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing files under another name first. */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"

struct px_error *px_file_make_folders(char *path, mode_t mode)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int failed;

		*slash = '\0';
		failed = mkdir(path, mode) && errno != EEXIST;
		if (failed) {
			struct px_error *err = px_error_system(errno, "cannot create %s", path);

			*slash = '/';
			return err;
		}
		*slash = '/';
	}
	return NULL;
}

static struct px_error *write_part(int fd, const char *path, struct px_bytes part)
{
	size_t done = 0;

	while (done < part.size) {
		ssize_t n = write(fd, part.data + done, part.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return px_error_system(n ? errno : EIO, "cannot write %s", path);
		done += (size_t)n;
	}
	return NULL;
}

/* What is there, left by a process that was killed or put there by another user, may be a file
 * with other names as well: it is removed, not written to. */
static struct px_error *write_new(const char *path, const struct px_bytes *parts, size_t count,
				  mode_t mode)
{
	int fd px_cleanup(px_closep) = -1;
	struct px_error *err = NULL;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return px_error_system(errno, "cannot create %s", path);
	for (size_t i = 0; i < count && !err; i++)
		err = write_part(fd, path, parts[i]);
	return err;
}

struct px_error *px_file_publish(const char *temporary, const char *path)
{
	struct px_error *err;

	if (!rename(temporary, path))
		return NULL;
	err = px_error_system(errno, "cannot rename %s to %s", temporary, path);
	unlink(temporary);
	return err;
}

struct px_error *px_file_replace(const char *path, const struct px_bytes *parts, size_t count,
				 mode_t file_mode, mode_t folder_mode)
{
	char *temporary px_cleanup(px_freep) = NULL;
	struct px_error *err;

	if (asprintf(&temporary, "%s.%ld", path, (long)getpid()) < 0) {
		temporary = NULL;
		return &px_error_no_memory;
	}
	err = px_file_make_folders(temporary, folder_mode);
	if (!err)
		err = write_new(temporary, parts, count, file_mode);
	if (!err)
		return px_file_publish(temporary, path);
	unlink(temporary);
	return err;
}
