/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's kernel and modules in a recording, and their names in perf's build-id cache, where
 * the distribution's perf finds them.
 */
#ifndef PX_TRACER_KERNEL_IMAGES_H
#define PX_TRACER_KERNEL_IMAGES_H

#include "tracer/recording.h"

/**
 * Map the kernel and the modules that are loaded from time_ns on, and put the names of those
 * not in the recording yet into perf's build-id cache. That the cache cannot be written is a
 * warning: the recording has the names it needs by itself.
 */
px_must_check struct px_error *px_kernel_images_map(const struct px_linux_kernel *kernel,
						    struct px_recording *recording,
						    uint64_t time_ns);

#endif
