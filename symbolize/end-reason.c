/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of end reasons and rule sources. */
#include "symbolize/unwinder.h"

const char *px_end_reason_name(enum px_end_reason reason)
{
	static const char *const names[PX_END_REASONS] = {
		[PX_END_USER_MODE] = "user mode",   [PX_END_THREAD_ROOT] = "thread root",
		[PX_END_IDLE_ROOT] = "idle root",   [PX_END_USER_ROOT] = "user root",
		[PX_END_NO_RULE] = "no rule",	    [PX_END_BAD_ADDRESS] = "bad address",
		[PX_END_BAD_READ] = "bad read",	    [PX_END_NO_PROGRESS] = "no progress",
		[PX_END_DEPTH] = "depth",	    [PX_END_DEADLINE] = "deadline",
		[PX_END_NOT_WALKED] = "not walked", [PX_END_NO_FILE] = "no file",
		[PX_END_STACK_CUT] = "stack cut",
	};

	return (unsigned int)reason < PX_END_REASONS ? names[reason] : "unknown";
}

bool px_end_reason_is_root(enum px_end_reason reason)
{
	return (unsigned int)reason <= PX_END_USER_ROOT;
}

const char *px_rule_source_name(enum px_rule_source source)
{
	static const char *const names[PX_RULE_SOURCES] = {
		[PX_RULE_NONE] = "none",
		[PX_RULE_ORC] = "orc",
		[PX_RULE_DEBUG_FRAME] = "debug_frame",
		[PX_RULE_EH_FRAME] = "eh_frame",
		[PX_RULE_FRAME_POINTER] = "frame pointer",
		[PX_RULE_EXPRESSION] = "expression",
		[PX_RULE_STUB] = "stub",
	};

	return (unsigned int)source < PX_RULE_SOURCES ? names[source] : "unknown";
}
