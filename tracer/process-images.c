/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapping record for each piece of code. */
#include "tracer/process-images.h"

#include <sys/mman.h>

struct px_error *px_process_images_map(struct px_process *process,
				       struct px_recording *recording, uint64_t time_ns)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < process->area_count; i++) {
		struct px_process_area *area = &process->areas[i];
		const struct px_recording_code code = {
			.pid = process->pid,
			.start = area->start,
			.end = area->end,
			.offset = area->offset,
			.protection = PROT_EXEC | (area->readable ? PROT_READ : 0) |
				      (area->writable ? PROT_WRITE : 0),
			.name = *area->path ? area->path : "//unknown",
			.build_id = area->build_id,
		};

		if (!area->told)
			err = px_recording_map_code(recording, time_ns, &code);
		area->told = true;
	}
	return err;
}
