/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs in a guest, in a recording: a line for each kind that guest/system.h knows. */
#ifndef PX_TRACER_RECORDING_SYSTEM_H
#define PX_TRACER_RECORDING_SYSTEM_H

#include "guest/target.h"
#include "tracer/recording.h"

/** Put into the summary what it is, where that is known. */
px_must_check struct px_error *px_recording_describe_system(struct px_recording *recording,
							    const struct px_target *target);

/** Say what code of it is mapped from time_ns on. */
px_must_check struct px_error *px_recording_map_system(struct px_recording *recording,
						       const struct px_target *target,
						       uint64_t time_ns);

#endif
