/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up privileges, with the folders that commands write to. */
#include "guest/confine.h"

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
	FOLDERS = 4, /* two caches, those of the output */
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

struct folders {
	char *paths[FOLDERS];
	size_t count;
};

/* Takes over path, which may be NULL. */
static void add(struct folders *folders, char *path)
{
	if (path)
		folders->paths[folders->count++] = path;
}

static void add_cache(struct folders *folders, struct px_error *(*find)(char **ret),
		      mode_t mode)
{
	char *folder = NULL;
	struct px_error *err = find(&folder);

	/* Without a home there are no caches. */
	px_error_free(err);
	if (err)
		return;
	make(folder, mode);
	add(folders, folder);
}

/* Where it is created, and where the link that it may be leads. */
static void add_output(struct folders *folders, const char *output)
{
	char *target px_cleanup(px_freep) = NULL;

	if (!strcmp(output, "-"))
		return;
	add(folders, folder_of(output));
	target = realpath(output, NULL);
	if (target)
		add(folders, folder_of(target));
}

struct px_error *px_confine(const struct px_confinement *confinement)
{
	struct folders folders = {0};
	struct px_privileges keep = {
		.duty = PX_DUTY_GUEST,
		.command = confinement->command,
		.folders = (const char *const *)folders.paths,
		.first_step = confinement->output != NULL,
	};
	struct px_error *err;

	add_cache(&folders, px_buildid_cache_folder, 0755);
	add_cache(&folders, px_kernel_cache_folder, 0700);
	if (confinement->output)
		add_output(&folders, confinement->output);
	keep.folder_count = folders.count;
	keep.ioctls = px_guest_ioctls_xen(&keep.ioctl_count);
	err = px_privileges_drop(&keep);
	for (size_t i = 0; i < folders.count; i++)
		free(folders.paths[i]);
	return err;
}
