/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing what a command works on. */
#include "tracer/target.h"

#include "guest/unikernel.h"
#include "lib/log.h"
#include "tracer/user-stack.h"

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

static bool read_kernel(void *kernel, uint64_t address, void *buffer, size_t size)
{
	return px_linux_kernel_read(kernel, address, buffer, size) == PX_READ_OK;
}

/* A kernel whose types do not tell of mappings still has stacks of its own. */
static struct px_error *open_processes(const struct px_target_options *options,
				       struct px_target *target)
{
	const struct px_symfs_options files = {.folder = options->symfs,
					       .debug = "/usr/lib/debug"};
	struct px_processes_setup setup = {.memory = target->memory};
	struct px_error *err = NULL;

	if (!target->kernel || options->kernel_only)
		return NULL;
	if (options->symfs)
		err = px_symfs_new(&files, &target->symfs);
	if (err)
		return err;
	setup.kernel = (struct px_linux_reader){read_kernel, target->kernel};
	setup.types = px_linux_kernel_types(target->kernel);
	setup.symfs = target->symfs;
	err = px_processes_new(&setup, &target->processes);
	if (!err || err->code != PX_ERR_UNSUPPORTED)
		return err;
	px_warn("stacks of programs are not walked: %s", err->message);
	px_error_free(err);
	return NULL;
}

/* What was linked as no Linux kernel is a unikernel. */
static struct px_error *open_system(const struct px_target_options *options,
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

struct px_error *px_target_open(const struct px_target_options *options, struct px_target *ret)
{
	const struct px_domain *domain;
	struct px_error *err;

	*ret = (struct px_target){0};
	err = px_guest_open_xen(options->name_or_id, &ret->guest);
	if (err)
		return err;
	domain = &ret->guest->domain;
	px_verbose("domain %u, %s, %s, %u of %u vCPUs online", domain->id, domain->name,
		   px_guest_type_name(domain->type), domain->online_vcpus, domain->vcpus);
	err = px_memory_new(ret->guest, PAGES_MAX, &ret->memory);
	if (!err)
		err = ret->guest->ops->start_guard(ret->guest, LATE * options->max_pause_ns);
	/* From here on bytes of the guest are looked at. */
	if (!err)
		err = px_confine(&options->confinement);
	if (!err)
		err = open_system(options, ret);
	return err ? err : open_processes(options, ret);
}

void px_target_close(struct px_target *target)
{
	px_processes_free(target->processes);
	px_symfs_free(target->symfs);
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

struct px_user_walker px_target_user_walker(struct px_target *target)
{
	return target->processes ? px_user_stack_walker(target->processes)
				 : (struct px_user_walker){0};
}

static bool find_user(void *processes, uint64_t process, uint64_t address,
		      struct px_linux_symbol *ret)
{
	return px_processes_symbol(processes, process, address, ret);
}

struct px_namer px_target_namer(struct px_target *target)
{
	const struct px_system *system = &target->system;

	if (!system->ops)
		return (struct px_namer){0};
	return (struct px_namer){.find = system->ops->find_symbol,
				 .context = system->handle,
				 .find_user = target->processes ? find_user : NULL,
				 .user_context = target->processes};
}
