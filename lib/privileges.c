/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which privileges go: each step is allowed by those before it. */
#include "lib/privileges.h"

#include <errno.h>
#include <sys/prctl.h>

struct px_error *px_privileges_drop(const struct px_privileges *keep)
{
	struct px_error *err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return px_error_system(errno, "cannot give up new privileges");
	err = px_file_rules_apply(keep->folders, keep->folder_count);
	if (!err)
		err = px_capabilities_drop(keep->duty != PX_DUTY_GUARD, keep->first_step);
	return err ? err : px_syscall_filter_apply(keep);
}
