/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of a kernel that say where its tables are, picked out of kallsyms. */
#ifndef PX_GUEST_LINUX_LANDMARKS_H
#define PX_GUEST_LINUX_LANDMARKS_H

#include "guest/linux-kallsyms.h"

enum px_linux_landmark {
	PX_LANDMARK_START_BTF,
	PX_LANDMARK_START_NOTES,
	PX_LANDMARK_START_ORC_HEADER,
	PX_LANDMARK_START_ORC_UNWIND,
	PX_LANDMARK_START_ORC_UNWIND_IP,
	PX_LANDMARK_STOP_BTF,
	PX_LANDMARK_STOP_NOTES,
	PX_LANDMARK_STOP_ORC_HEADER,
	PX_LANDMARK_STOP_ORC_UNWIND,
	PX_LANDMARK_STOP_ORC_UNWIND_IP,
	PX_LANDMARK_END,
	PX_LANDMARK_TEXT,
	PX_LANDMARK_INIT_LEVEL4_PGT,
	PX_LANDMARK_INIT_TASK,
	PX_LANDMARK_INIT_TOP_PGT,
	PX_LANDMARK_BANNER,
	PX_LANDMARK_VMCOREINFO,
	PX_LANDMARKS,
};

/** Run-time addresses; 0 for what is not there. */
struct px_linux_landmarks {
	uint64_t at[PX_LANDMARKS];
};

/** Read them all in one pass. Errors: those of px_linux_kallsyms_each. */
px_must_check struct px_error *px_linux_landmarks_read(const struct px_linux_kallsyms *kallsyms,
						       struct px_linux_landmarks *ret);

#endif
