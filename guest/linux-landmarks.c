/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Picking a few symbols out of many. */
#include "guest/linux-landmarks.h"

#include <stdlib.h>
#include <string.h>

/* In the order of their names, as the enumeration is. */
static const char *const names[PX_LANDMARKS] = {
	[PX_LANDMARK_START_BTF] = "__start_BTF",
	[PX_LANDMARK_START_NOTES] = "__start_notes",
	[PX_LANDMARK_START_ORC_HEADER] = "__start_orc_header",
	[PX_LANDMARK_START_ORC_UNWIND] = "__start_orc_unwind",
	[PX_LANDMARK_START_ORC_UNWIND_IP] = "__start_orc_unwind_ip",
	[PX_LANDMARK_STOP_BTF] = "__stop_BTF",
	[PX_LANDMARK_STOP_NOTES] = "__stop_notes",
	[PX_LANDMARK_STOP_ORC_HEADER] = "__stop_orc_header",
	[PX_LANDMARK_STOP_ORC_UNWIND] = "__stop_orc_unwind",
	[PX_LANDMARK_STOP_ORC_UNWIND_IP] = "__stop_orc_unwind_ip",
	[PX_LANDMARK_END] = "_end",
	[PX_LANDMARK_TEXT] = "_text",
	[PX_LANDMARK_INIT_LEVEL4_PGT] = "init_level4_pgt",
	[PX_LANDMARK_INIT_TASK] = "init_task",
	[PX_LANDMARK_INIT_TOP_PGT] = "init_top_pgt",
	[PX_LANDMARK_BANNER] = "linux_banner",
	[PX_LANDMARK_VMCOREINFO] = "vmcoreinfo_data",
};

static int compare_name(const void *name, const void *entry)
{
	return strcmp(name, *(const char *const *)entry);
}

static struct px_error *take(void *context, const struct px_kallsyms_symbol *symbol)
{
	struct px_linux_landmarks *landmarks = context;
	const char *const *entry = NULL;

	if (!symbol->absolute)
		entry = bsearch(symbol->name, names, PX_LANDMARKS, sizeof(names[0]),
				compare_name);
	if (entry)
		landmarks->at[entry - names] = symbol->address;
	return NULL;
}

struct px_error *px_linux_landmarks_read(const struct px_linux_kallsyms *kallsyms,
					 struct px_linux_landmarks *ret)
{
	struct px_linux_landmarks landmarks = {0};
	struct px_error *err = px_linux_kallsyms_each(kallsyms, take, &landmarks);

	if (!err)
		*ret = landmarks;
	return err;
}
