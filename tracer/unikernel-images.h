/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unikernel's code in a recording, and its file in perf's build-id cache. */
#ifndef PX_TRACER_UNIKERNEL_IMAGES_H
#define PX_TRACER_UNIKERNEL_IMAGES_H

#include "guest/unikernel.h"
#include "tracer/recording.h"

/**
 * Map the code from time_ns on, and put the file into perf's build-id cache; that this cannot
 * be done is a warning. path: what perf finds the file by, absolute.
 */
px_must_check struct px_error *px_unikernel_images_map(const struct px_unikernel *unikernel,
						       const char *path,
						       struct px_recording *recording,
						       uint64_t time_ns);

#endif
