/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up privileges, with the folders that commands write to. */
#include "tracer/confine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"
#include "lib/buildid-cache.h"
#include "lib/file.h"
#include "lib/kernel-cache.h"
#include "lib/memory.h"
#include "lib/privileges.h"

enum {
	FOLDERS = 4, /* two caches, that of the output, that of the hypervisor's devices */
};

/* Whether the innermost folder of path that exists is the user's: under sudo with the HOME of
 * somebody else nothing of root's is planted there. */
static bool is_ours(const char *path)
{
	char *copy px_cleanup(px_freep) = NULL;
	struct px_error *err = px_strdup(path, &copy);
	struct stat status;

	px_error_free(err);
	while (!err && stat(copy, &status) != 0) {
		char *slash = strrchr(copy, '/');

		if (!slash || slash == copy)
			return false;
		*slash = '\0';
	}
	return !err && status.st_uid == geteuid();
}

/* Only what exists can be named to the kernel. Where it cannot be made, whoever fills it will
 * say so. */
static void make(const char *folder, mode_t mode)
{
	char *inside px_cleanup(px_freep) = NULL;

	if (!is_ours(folder) || asprintf(&inside, "%s/", folder) < 0) {
		inside = NULL;
		return;
	}
	px_error_free(px_file_make_folders(inside, mode));
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 1;

	if (slash == path)
		return strdup("/");
	return strndup(slash ? path : ".", length);
}

/* Without a home there are no caches. */
static void find_folders(const struct px_confinement *confinement, char *folders[FOLDERS],
			 size_t *count)
{
	struct px_error *err = px_buildid_cache_folder(&folders[*count]);

	if (!err)
		make(folders[(*count)++], 0755);
	px_error_free(err);
	err = px_kernel_cache_folder(&folders[*count]);
	if (!err)
		make(folders[(*count)++], 0700);
	px_error_free(err);
	if (confinement->output && strcmp(confinement->output, "-") != 0) {
		folders[*count] = folder_of(confinement->output);
		*count += folders[*count] != NULL;
	}
	if (confinement->opens_guests) {
		folders[*count] = strdup("/dev/xen");
		*count += folders[*count] != NULL;
	}
}

struct px_error *px_confine(const struct px_confinement *confinement)
{
	char *folders[FOLDERS] = {NULL};
	struct px_privileges keep = {
		.duty = PX_DUTY_GUEST,
		.command = confinement->command,
		.folders = (const char *const *)folders,
		.first_step = confinement->output != NULL,
	};
	struct px_error *err;

	keep.ioctls = px_guest_ioctls_xen(&keep.ioctl_count);
	find_folders(confinement, folders, &keep.folder_count);
	err = px_privileges_drop(&keep);
	for (size_t i = 0; i < FOLDERS; i++)
		free(folders[i]);
	return err;
}
