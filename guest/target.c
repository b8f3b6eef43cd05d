/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing what a command works on. */
#include "guest/target.h"

#include "lib/log.h"

enum {
	PAGES_MAX = 16384, /* kept mapped: 64 MiB */
	LATE = 10,	   /* times the longest pause: somebody has stopped us */
};

struct px_error *px_target_take_argument(struct px_target_options *options,
					 const struct px_arguments *arguments)
{
	if (arguments->argc == 0)
		return px_error_new(PX_ERR_USAGE, "which domain? give its name or id");
	if (arguments->argc > 1)
		return px_error_new(PX_ERR_USAGE, "one domain at a time, not also \"%s\"",
				    arguments->argv[1]);
	options->name_or_id = arguments->argv[0];
	return NULL;
}

/* What was linked as no Linux kernel is a unikernel. */
struct px_error *px_target_look(const struct px_target_options *options,
				struct px_target *target)
{
	struct px_elf_image *image = NULL;
	struct px_error *err;

	if (!options->image)
		return px_system_open_linux(target, NULL);
	err = px_elf_image_open(options->image, &image);
	if (err)
		return err;
	if (px_unikernel_is_image(image))
		return px_system_open_unikernel(target, image);
	px_elf_image_close(image);
	return px_system_open_linux(target, options->image);
}

struct px_error *px_target_hold(const struct px_target_options *options, struct px_target *ret)
{
	const struct px_domain *domain;
	struct px_error *err;

	*ret = (struct px_target){.no_stacks = options->no_stacks};
	err = px_guest_open_xen(options->name_or_id, &ret->guest);
	if (err)
		return err;
	domain = &ret->guest->domain;
	px_verbose("domain %u, %s, %s, %u of %u vCPUs online", domain->id, domain->name,
		   px_guest_type_name(domain->type), domain->online_vcpus, domain->vcpus);
	err = px_memory_new(ret->guest, PAGES_MAX, &ret->memory);
	if (!err && !options->no_stacks)
		err = ret->guest->ops->start_guard(ret->guest, LATE * options->max_pause_ns);
	return err;
}

struct px_error *px_target_open(const struct px_target_options *options, struct px_target *ret)
{
	struct px_error *err = px_target_hold(options, ret);

	/* From here on bytes of the guest are looked at. */
	if (!err)
		err = px_confine(&options->confinement);
	return err ? err : px_target_look(options, ret);
}

void px_target_close(struct px_target *target)
{
	if (target->system.ops)
		target->system.ops->close(target->system.handle);
	px_memory_free(target->memory);
	px_guest_close(target->guest);
	*target = (struct px_target){0};
}

struct px_sampler_kernel px_target_sampler_kernel(struct px_target *target)
{
	const struct px_system *system = &target->system;

	if (!system->ops)
		return (struct px_sampler_kernel){.start = PX_LINUX_KERNEL_SPACE};
	return system->ops->sampler(system->handle);
}

struct px_namer px_target_namer(struct px_target *target)
{
	const struct px_system *system = &target->system;

	if (!system->ops)
		return (struct px_namer){0};
	return (struct px_namer){.find = system->ops->find_symbol, .context = system->handle};
}
