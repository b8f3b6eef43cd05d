/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening images of kernels from three places. */
#include "guest/linux-source.h"

#include "guest/linux-image.h"
#include "lib/kernel-cache.h"

struct px_error *px_linux_source_open_file(const char *path, struct px_linux_source *ret)
{
	struct px_linux_source source = {.origin = PX_LINUX_FROM_FILE};
	struct px_error *err = px_elf_image_open(path, &source.image);

	if (!err)
		*ret = source;
	return err;
}

/* Takes the bytes, also where it fails. */
static struct px_error *open_bytes(struct px_buffer bytes, enum px_linux_origin origin,
				   const char *name, struct px_linux_source *ret)
{
	struct px_linux_source source = {.origin = origin, .bytes = bytes};
	struct px_error *err =
		px_elf_image_open_bytes(px_buffer_bytes(&bytes), name, &source.image);

	if (err)
		px_buffer_fini(&bytes);
	else
		*ret = source;
	return err;
}

struct px_error *px_linux_source_open_cached(const char *cache_folder,
					     const struct px_build_id *build_id,
					     struct px_linux_source *ret)
{
	struct px_buffer bytes = {0};

	if (!px_kernel_cache_read(cache_folder, build_id, &bytes))
		return px_error_new(PX_ERR_NOT_FOUND, "this kernel was not seen before");
	return open_bytes(bytes, PX_LINUX_FROM_CACHE, "the image that was kept of the kernel",
			  ret);
}

struct px_error *px_linux_source_open_memory(const struct px_linux_found *found,
					     struct px_linux_source *ret)
{
	struct px_buffer bytes = {0};
	struct px_error *err = px_linux_image_new(found, &bytes);

	if (err) {
		px_buffer_fini(&bytes);
		return err;
	}
	return open_bytes(bytes, PX_LINUX_FROM_MEMORY, "the kernel in the guest's memory", ret);
}

void px_linux_source_close(struct px_linux_source *source)
{
	px_elf_image_close(source->image);
	px_buffer_fini(&source->bytes);
	*source = (struct px_linux_source){0};
}
