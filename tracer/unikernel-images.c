/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapping record for each segment of a unikernel's code. */
#include "tracer/unikernel-images.h"

#include <sys/mman.h>

#include "lib/buildid-cache.h"
#include "lib/log.h"
#include "lib/memory.h"

static struct px_error *add_to_cache(const char *path, const struct px_elf_image *image)
{
	char *folder px_cleanup(px_freep) = NULL;
	struct px_error *err = px_buildid_cache_folder(&folder);

	return err ? err
		   : px_buildid_cache_add(folder, path, px_elf_image_build_id(image),
					  PX_BUILDID_ELF, px_elf_image_bytes(image));
}

/* perf takes the file itself where it has no build-id, or as long as nobody replaces it. */
static void cache(const char *path, const struct px_elf_image *image)
{
	struct px_error *err px_cleanup(px_error_freep) =
		px_elf_image_build_id(image)->size ? add_to_cache(path, image) : NULL;

	if (err)
		px_warn("perf report will show names only while %s is there: %s", path,
			err->message);
}

struct px_error *px_unikernel_images_map(const struct px_unikernel *unikernel, const char *path,
					 struct px_recording *recording, uint64_t time_ns)
{
	const struct px_elf_image *image = px_unikernel_image(unikernel);
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	struct px_error *err = NULL;

	cache(path, image);
	for (size_t i = 0; !err && i < count; i++) {
		const struct px_elf_segment *segment = &segments[i];
		const struct px_recording_code code = {
			.start = segment->address,
			.end = segment->address + segment->size,
			.offset = segment->offset,
			.protection = PROT_READ | PROT_EXEC,
			.name = path,
			.build_id = *px_elf_image_build_id(image),
		};

		if (segment->executable && segment->size)
			err = px_recording_map_code(recording, time_ns, &code);
	}
	return err;
}
