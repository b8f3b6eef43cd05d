/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mapping records and symbol files of a guest's kernel, as lib/buildid-cache.h wants them. */
#include "tracer/kernel-images.h"

#include <stdlib.h>

#include "lib/buildid-cache.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/symbol-image.h"

struct images {
	const struct px_linux_kernel *kernel;
	struct px_recording *recording;
	uint64_t time_ns;
	char *folder; /* of the cache; NULL: it cannot be used */
};

/* Without the cache nothing is wrong with the recording: say it once, go on without. */
static void no_cache(struct images *images, struct px_error *err)
{
	px_warn("perf report will show no names of the guest: %s", err->message);
	px_error_free(err);
	px_freep(&images->folder);
}

static void cache(struct images *images, const char *name, const struct px_build_id *id,
		  enum px_buildid_file file, const struct px_buffer *contents)
{
	struct px_error *err;

	if (contents->failed)
		err = &px_error_no_memory;
	else
		err = px_buildid_cache_add(images->folder, name, id, file,
					   px_buffer_bytes(contents));
	if (err)
		no_cache(images, err);
}

/* --- the kernel --------------------------------------------------------------------------- */

struct kallsyms {
	struct px_buffer text;
	uint64_t slide;
};

static struct px_error *add_kallsym(void *context, const struct px_linux_symbol *symbol)
{
	struct kallsyms *kallsyms = context;

	if (!symbol->module)
		px_kallsyms_add(&kallsyms->text, symbol->start - kallsyms->slide, symbol->type,
				symbol->name);
	return NULL;
}

static void cache_kernel(struct images *images, const struct px_build_id *id)
{
	struct kallsyms kallsyms = {.slide = px_linux_kernel_slide(images->kernel)};
	struct px_error *err;

	if (!images->folder || px_buildid_cache_has(images->folder, id, PX_BUILDID_KALLSYMS))
		return;
	err = px_linux_kernel_each_symbol(images->kernel, add_kallsym, &kallsyms);
	if (err)
		no_cache(images, err);
	else
		cache(images, PX_KERNEL_IMAGE_NAME, id, PX_BUILDID_KALLSYMS, &kallsyms.text);
	px_buffer_fini(&kallsyms.text);
}

static struct px_error *map_kernel(struct images *images)
{
	struct px_recording_image image = {
		.name = PX_KERNEL_MAP_NAME,
		.build_id = *px_linux_kernel_build_id(images->kernel),
	};

	px_linux_kernel_text(images->kernel, &image.start, &image.end);
	if (!px_linux_kernel_symbol_address(images->kernel, "_text", &image.reference))
		image.reference = image.start;
	if (px_recording_maps(images->recording, &image))
		return NULL;
	if (image.build_id.size)
		cache_kernel(images, &image.build_id);
	return px_recording_map(images->recording, images->time_ns, &image);
}

/* --- modules ------------------------------------------------------------------------------ */

static void collect_names(const struct px_linux_module *module, struct px_symbol_image *image)
{
	size_t count = module->symbols ? px_symbol_table_count(module->symbols) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct px_symbol *symbol = px_symbol_table_get(module->symbols, i);

		if (symbol->start >= module->text_start && symbol->end <= module->text_end)
			px_symbol_image_add(image, symbol->start - module->text_start,
					    symbol->end - symbol->start, symbol->name);
	}
}

static void cache_module(struct images *images, const struct px_recording_image *image,
			 struct px_symbol_image *names)
{
	struct px_buffer elf px_cleanup(px_buffer_fini) = {0};
	struct px_error *err;

	if (!images->folder ||
	    px_buildid_cache_has(images->folder, &image->build_id, PX_BUILDID_ELF))
		return;
	err = px_symbol_image_finish(names, &image->build_id, image->end - image->start, &elf);
	if (err)
		no_cache(images, err);
	else
		cache(images, image->name, &image->build_id, PX_BUILDID_ELF, &elf);
}

static struct px_error *map_module(struct images *images, const struct px_linux_module *module)
{
	char path[PX_MODULE_PATH_MAX];
	struct px_symbol_image names px_cleanup(px_symbol_image_fini) = {0};
	struct px_recording_image image = {
		.start = module->text_start,
		.end = module->text_end,
		.build_id = module->build_id,
		.name = px_module_path(px_linux_kernel_release(images->kernel), module->name,
				       path),
	};

	collect_names(module, &names);
	if (!image.build_id.size)
		px_symbol_image_derive_id(&names, &image.build_id);
	if (px_recording_maps(images->recording, &image))
		return NULL;
	cache_module(images, &image, &names);
	return px_recording_map(images->recording, images->time_ns, &image);
}

struct px_error *px_kernel_images_map(const struct px_linux_kernel *kernel,
				      struct px_recording *recording, uint64_t time_ns)
{
	struct images images = {.kernel = kernel, .recording = recording, .time_ns = time_ns};
	size_t count = 0;
	const struct px_linux_module *modules = px_linux_kernel_modules(kernel, &count);
	struct px_error *err = px_buildid_cache_folder(&images.folder);

	if (err)
		no_cache(&images, err);
	err = map_kernel(&images);
	for (size_t i = 0; !err && i < count; i++)
		if (modules[i].loaded)
			err = map_module(&images, &modules[i]);
	free(images.folder);
	return err;
}
