/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where files may be changed: Landlock (landlock(7)), by its system calls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/privileges.h"

/* Since the third version of the interface; the headers of older kernels lack it. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define WITH_TRUNCATE	3

/* What caches need, and what nobody may do anywhere. Not handled, so free: reading. */
#define ALLOWED                                                        \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SYM |   \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FORBIDDEN                                                       \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |   \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SOCK)

static int allow_below(int rules, const char *folder, uint64_t allowed)
{
	int fd px_cleanup(px_closep) = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = {.allowed_access = allowed, .parent_fd = fd};

	if (fd < 0)
		return 0;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return errno;
	return 0;
}

struct px_error *px_file_rules_apply(const char *const *folders, size_t count)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t truncate = version >= WITH_TRUNCATE ? ACCESS_TRUNCATE : 0;
	struct landlock_ruleset_attr handled = {
		.handled_access_fs = ALLOWED | FORBIDDEN | truncate,
	};
	int rules px_cleanup(px_closep) = -1;
	int errno_value = 0;

	if (version < 1)
		return NULL;
	rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (rules < 0)
		errno_value = errno;
	for (size_t i = 0; !errno_value && i < count; i++)
		errno_value = allow_below(rules, folders[i], ALLOWED | truncate);
	if (!errno_value && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		errno_value = errno;
	if (errno_value)
		return px_error_system(errno_value, "cannot restrict the use of files");
	return NULL;
}
