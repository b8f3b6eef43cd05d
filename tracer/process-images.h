/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code of a guest's process in a recording. */
#ifndef PX_TRACER_PROCESS_IMAGES_H
#define PX_TRACER_PROCESS_IMAGES_H

#include "tracer/processes.h"
#include "tracer/recording.h"

/** Say that the process's code, as far as it is not told, is mapped from time_ns on. */
px_must_check struct px_error *px_process_images_map(struct px_process *process,
						     struct px_recording *recording,
						     uint64_t time_ns);

#endif
