/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that is a unikernel. */
#include "tracer/system.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "guest/unikernel.h"
#include "lib/buildid-cache.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "tracer/recording.h"
#include "tracer/target.h"

struct system {
	struct px_unikernel *unikernel;
	char *path; /* absolute: what perf finds the file by */
};

static void unikernel_close(void *handle)
{
	struct system *system = handle;

	px_unikernel_close(system->unikernel);
	free(system->path);
	free(system);
}

static bool is_return(void *handle, uint64_t ip, uint64_t word)
{
	const struct system *system = handle;

	return px_unikernel_is_return(system->unikernel, ip, word);
}

static struct px_sampler_kernel unikernel_sampler(void *handle)
{
	const struct system *system = handle;

	return (struct px_sampler_kernel){.map = px_unikernel_unwind_map(system->unikernel),
					  .context = handle,
					  .is_return = is_return};
}

static bool unikernel_find_symbol(void *handle, uint64_t address, struct px_linux_symbol *ret)
{
	const struct system *system = handle;
	const struct px_symbol *symbol = px_unikernel_find_symbol(system->unikernel, address);

	if (!symbol)
		return false;
	*ret = (struct px_linux_symbol){.start = symbol->start,
					.end = symbol->end,
					.name = symbol->name,
					.type = symbol->type};
	return true;
}

static struct px_error *unikernel_describe(void *handle, struct px_recording *recording)
{
	const struct system *system = handle;
	char build_id[PX_BUILD_ID_HEX];
	struct px_error *err = px_recording_pair(recording, "unikernel", system->path);

	px_build_id_hex(px_elf_image_build_id(px_unikernel_image(system->unikernel)), build_id);
	return err ? err : px_recording_pair(recording, "unikernel-build-id", build_id);
}

/* --- mappings ----------------------------------------------------------------------------- */

static struct px_error *add_to_cache(const struct system *system,
				     const struct px_elf_image *image)
{
	char *folder px_cleanup(px_freep) = NULL;
	struct px_error *err = px_buildid_cache_folder(&folder);

	return err ? err
		   : px_buildid_cache_add(folder, system->path, px_elf_image_build_id(image),
					  PX_BUILDID_ELF, px_elf_image_bytes(image));
}

/* perf takes the file itself where it has no build-id, or as long as nobody replaces it. */
static void cache(const struct system *system, const struct px_elf_image *image)
{
	struct px_error *err px_cleanup(px_error_freep) =
		px_elf_image_build_id(image)->size ? add_to_cache(system, image) : NULL;

	if (err)
		px_warn("perf report will show names only while %s is there: %s", system->path,
			err->message);
}

static struct px_error *unikernel_map(void *handle, struct px_recording *recording,
				      uint64_t time_ns)
{
	const struct system *system = handle;
	const struct px_elf_image *image = px_unikernel_image(system->unikernel);
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	struct px_error *err = NULL;

	cache(system, image);
	for (size_t i = 0; !err && i < count; i++) {
		const struct px_elf_segment *segment = &segments[i];
		const struct px_recording_code code = {
			.start = segment->address,
			.end = segment->address + segment->size,
			.offset = segment->offset,
			.protection = PROT_READ | PROT_EXEC,
			.name = system->path,
			.build_id = *px_elf_image_build_id(image),
		};

		if (segment->executable && segment->size)
			err = px_recording_map_code(recording, time_ns, &code);
	}
	return err;
}

/* --- opening ------------------------------------------------------------------------------ */

static const struct px_system_ops unikernel_ops = {
	.sampler = unikernel_sampler,
	.find_symbol = unikernel_find_symbol,
	.describe = unikernel_describe,
	.map = unikernel_map,
	.close = unikernel_close,
};

static struct px_error *system_init(struct system *system, struct px_target *target,
				    struct px_elf_image *image)
{
	system->path = realpath(px_elf_image_name(image), NULL);
	if (!system->path) {
		struct px_error *err = px_error_system(errno, "%s", px_elf_image_name(image));

		px_elf_image_close(image);
		return err;
	}
	return px_unikernel_open(target->guest, target->memory, image, &system->unikernel);
}

static void tell(const struct system *system)
{
	const char *problem = px_unikernel_problem(system->unikernel);

	px_verbose("unikernel %s", system->path);
	if (problem)
		px_warn("stacks may be incomplete: %s", problem);
	if (!px_unikernel_has_symbols(system->unikernel))
		px_warn("%s was stripped: there are no names; give the file that it was "
			"stripped from",
			system->path);
}

struct px_error *px_system_open_unikernel(struct px_target *target, struct px_elf_image *image)
{
	struct system *system = NULL;
	struct px_error *err = px_calloc(1, sizeof(*system), &system);

	if (err) {
		px_elf_image_close(image);
		return err;
	}
	err = system_init(system, target, image);
	if (err) {
		unikernel_close(system);
		return err;
	}
	tell(system);
	target->system = (struct px_system){
		.ops = &unikernel_ops, .handle = system, .program = system->path};
	return NULL;
}
