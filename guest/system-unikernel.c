/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that is a unikernel. */
#include "guest/system.h"

#include <errno.h>
#include <stdlib.h>

#include "guest/target.h"
#include "guest/unikernel.h"
#include "lib/log.h"
#include "lib/memory.h"

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

/* --- opening ------------------------------------------------------------------------------ */

static const struct px_system_ops unikernel_ops = {
	.sampler = unikernel_sampler,
	.find_symbol = unikernel_find_symbol,
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
	target->unikernel = system->unikernel;
	target->system = (struct px_system){
		.ops = &unikernel_ops, .handle = system, .program = system->path};
	return NULL;
}
