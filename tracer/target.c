/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing what a command works on. */
#include "tracer/target.h"

#include "lib/log.h"

enum {
	PAGES_MAX = 16384 /* kept mapped: 64 MiB */
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

static struct px_error *open_kernel(const struct px_target_options *options,
				    struct px_target *target)
{
	struct px_linux_kernel *kernel;
	struct px_error *err;

	if (!options->image) {
		px_warn("without --vmlinux there are addresses only, no stacks and no names; "
			"give the guest kernel's image with symbols");
		return NULL;
	}
	err = px_linux_kernel_open(target->guest, target->memory, options->image,
				   &target->kernel);
	if (err)
		return err;
	kernel = target->kernel;
	px_verbose("kernel %s, moved by 0x%llx", px_linux_kernel_release(kernel),
		   (unsigned long long)px_linux_kernel_slide(kernel));
	return NULL;
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
	return err ? err : open_kernel(options, ret);
}

void px_target_close(struct px_target *target)
{
	px_linux_kernel_close(target->kernel);
	px_memory_free(target->memory);
	px_guest_close(target->guest);
	*target = (struct px_target){0};
}

static bool current_task(void *kernel, const struct px_vcpu *vcpu, struct px_task *ret)
{
	return px_linux_kernel_current_task(kernel, vcpu, ret);
}

static enum px_end_reason refine_end(void *kernel, enum px_end_reason reason, uint64_t address)
{
	return px_linux_kernel_refine_end(kernel, reason, address);
}

struct px_sampler_kernel px_target_sampler_kernel(struct px_target *target)
{
	struct px_linux_kernel *kernel = target->kernel;

	if (!kernel)
		return (struct px_sampler_kernel){.start = PX_LINUX_KERNEL_SPACE};
	return (struct px_sampler_kernel){
		.map = px_linux_kernel_unwind_map(kernel),
		.start = PX_LINUX_KERNEL_SPACE,
		.have_root = true,
		.root = px_linux_kernel_root(kernel),
		.paging = px_linux_kernel_paging(kernel),
		.context = kernel,
		.current_task = current_task,
		.refine_end = refine_end,
	};
}

static bool find_symbol(void *kernel, uint64_t address, struct px_linux_symbol *ret)
{
	return px_linux_kernel_find_symbol(kernel, address, ret);
}

struct px_namer px_target_namer(struct px_target *target)
{
	if (!target->kernel)
		return (struct px_namer){0};
	return (struct px_namer){.find = find_symbol, .context = target->kernel};
}
