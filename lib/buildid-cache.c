/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling perf's build-id cache. */
#include "lib/buildid-cache.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/memory.h"

/* As perf makes them. */
enum {
	FILE_MODE = 0644,
	FOLDER_MODE = 0755
};

static const char *const file_names[] = {
	[PX_BUILDID_KALLSYMS] = "kallsyms",
	[PX_BUILDID_ELF] = "elf",
};

px_printf(2, 3) static struct px_error *format(char **ret, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return &px_error_no_memory;
	*ret = text;
	return NULL;
}

struct px_error *px_buildid_cache_folder(char **ret)
{
	const char *folder = getenv("PERF_BUILDID_DIR"), *home = getenv("HOME");

	if (folder && *folder)
		return px_strdup(folder, ret);
	if (!home || !*home)
		return px_error_new(
			PX_ERR_NOT_FOUND,
			"no HOME in the environment to keep perf's build-id cache in");
	return format(ret, "%s/.debug", home);
}

bool px_buildid_cache_has(const char *folder, const struct px_build_id *build_id,
			  enum px_buildid_file file)
{
	char *path px_cleanup(px_freep) = NULL;
	char hex[PX_BUILD_ID_HEX];
	struct stat status;
	struct px_error *err;

	px_build_id_hex(build_id, hex);
	err = format(&path, "%s/.build-id/%.2s/%s/%s", folder, hex,
		     build_id->size ? hex + 2 : "", file_names[file]);
	if (err) {
		px_error_free(err);
		return false;
	}
	return build_id->size && !stat(path, &status) && S_ISREG(status.st_mode);
}

static struct px_error *add_link(char *path, const char *target)
{
	char *temporary px_cleanup(px_freep) = NULL;
	struct px_error *err = px_file_make_folders(path, FOLDER_MODE);

	if (!err)
		err = format(&temporary, "%s.%ld", path, (long)getpid());
	if (err)
		return err;
	unlink(temporary);
	if (symlink(target, temporary))
		return px_error_system(errno, "cannot create %s", temporary);
	return px_file_publish(temporary, path);
}

static bool name_is_good(const char *name)
{
	return name[0] == '/' ? !strstr(name, "..") : !strcmp(name, PX_KERNEL_IMAGE_NAME);
}

struct px_error *px_buildid_cache_add(const char *folder, const char *name,
				      const struct px_build_id *build_id,
				      enum px_buildid_file file, struct px_bytes contents)
{
	char *path px_cleanup(px_freep) = NULL, *link px_cleanup(px_freep) = NULL,
		   *target px_cleanup(px_freep) = NULL;
	char hex[PX_BUILD_ID_HEX];
	struct px_error *err;

	if (!build_id->size || !name_is_good(name))
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s cannot be put into perf's build-id cache", name);
	if (px_buildid_cache_has(folder, build_id, file))
		return NULL;
	name += name[0] == '/';
	px_build_id_hex(build_id, hex);
	err = format(&path, "%s/%s/%s/%s", folder, name, hex, file_names[file]);
	if (!err)
		err = format(&link, "%s/.build-id/%.2s/%s", folder, hex, hex + 2);
	if (!err)
		err = format(&target, "../../%s/%s", name, hex);
	if (!err)
		err = px_file_replace(path, &contents, 1, FILE_MODE, FOLDER_MODE);
	return err ? err : add_link(link, target);
}

void px_kallsyms_add(struct px_buffer *buffer, uint64_t address, char type, const char *name)
{
	char line[32];
	int n;

	for (const char *c = name; *c; c++)
		if (!isgraph((unsigned char)*c))
			return;
	if (!*name || !isgraph((unsigned char)type))
		return;
	n = snprintf(line, sizeof(line), "%016llx %c ", (unsigned long long)address, type);
	px_buffer_add(buffer, line, (size_t)n);
	px_buffer_add(buffer, name, strlen(name));
	px_buffer_add(buffer, "\n", 1);
}

/* Copy a part of a file name; returns the end of what was written. */
static char *copy_part(char *to, const char *from, size_t max)
{
	for (size_t i = 0; i < max && from[i]; i++) {
		bool good = isalnum((unsigned char)from[i]) || strchr("_-+~", from[i]) ||
			    (from[i] == '.' && i && from[i - 1] != '.');

		*to++ = good ? from[i] : '_';
	}
	return to;
}

const char *px_module_path(const char *release, const char *module,
			   char path[PX_MODULE_PATH_MAX])
{
	static const char folder[] = "/lib/modules/", suffix[] = ".ko";
	char *at = path;

	memcpy(at, folder, sizeof(folder) - 1);
	at = copy_part(at + sizeof(folder) - 1, *release ? release : "unknown", 64);
	*at++ = '/';
	at = copy_part(at, *module ? module : "unknown", 128);
	/* A dot before the suffix would become two. */
	if (at[-1] == '.')
		at[-1] = '_';
	memcpy(at, suffix, sizeof(suffix));
	return path;
}
