/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that runs Linux. */
#include "guest/system.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/linux-gate.h"
#include "guest/target.h"
#include "lib/clock.h"
#include "lib/kernel-cache.h"
#include "lib/log.h"
#include "lib/memory.h"

static bool current_task(void *kernel, const struct px_vcpu *vcpu, struct px_task *ret)
{
	return px_linux_kernel_current_task(kernel, vcpu, ret);
}

static enum px_end_reason refine_end(void *kernel, enum px_end_reason reason, uint64_t address)
{
	return px_linux_kernel_refine_end(kernel, reason, address);
}

static struct px_sampler_kernel linux_sampler(void *kernel)
{
	return (struct px_sampler_kernel){
		.map = px_linux_kernel_unwind_map(kernel),
		.start = PX_LINUX_KERNEL_SPACE,
		.have_root = true,
		.root = px_linux_kernel_root(kernel),
		.paging = px_linux_kernel_paging(kernel),
		.context = kernel,
		.current_task = current_task,
		.gate_user_regs = px_linux_gate_user_regs,
		.refine_end = refine_end,
	};
}

static bool linux_find_symbol(void *kernel, uint64_t address, struct px_linux_symbol *ret)
{
	return px_linux_kernel_find_symbol(kernel, address, ret);
}

static struct px_error *linux_refresh(void *kernel, bool *changed_ret)
{
	return px_linux_kernel_refresh(kernel, changed_ret);
}

static void linux_close(void *kernel)
{
	px_linux_kernel_close(kernel);
}

static const struct px_system_ops linux_ops = {
	.sampler = linux_sampler,
	.find_symbol = linux_find_symbol,
	.refresh = linux_refresh,
	.close = linux_close,
};

/* --- opening ------------------------------------------------------------------------------ */

static void tell(const struct px_target *target, const struct px_linux_kernel *kernel,
		 double ms)
{
	static const char *const places[] = {
		[PX_LINUX_FROM_FILE] = "in the file",
		[PX_LINUX_FROM_MEMORY] = "found in the guest's memory",
		[PX_LINUX_FROM_CACHE] = "from the cache",
	};
	const char *problem = px_linux_kernel_cache_problem(kernel);
	unsigned int lacks = px_linux_kernel_lacks(kernel);
	char text[PX_LINUX_LACKS_TEXT];

	px_verbose("kernel %s %s in %.0f ms, moved by 0x%llx", px_linux_kernel_release(kernel),
		   places[px_linux_kernel_origin(kernel)], ms,
		   (unsigned long long)px_linux_kernel_slide(kernel));
	if (problem)
		px_verbose("the kernel is not kept for the next time: %s", problem);
	if (lacks && !target->no_stacks)
		px_warn("kernel %s lacks %s: stacks or names are not complete; --vmlinux may "
			"help",
			px_linux_kernel_release(kernel), px_linux_lacks_text(lacks, text));
}

/* Where none was given, a guest without a kernel that we know is sampled all the same. */
static struct px_error *do_without(const struct px_target *target, struct px_error *err)
{
	if (err->code == PX_ERR_DOMAIN_GONE || err->code == PX_ERR_NO_MEMORY ||
	    err->code == PX_ERR_PERMISSION)
		return err;
	if (target->no_stacks)
		px_verbose("%s", err->message);
	else
		px_warn("%s; there are addresses only, no stacks and no names", err->message);
	px_error_free(err);
	return NULL;
}

/*
 * A folder for each domain: a guest can claim the build-id of another's kernel, and must not
 * give that one its names and rules. NULL where nothing is kept: without a home, without a
 * name.
 */
static char *cache_of(const struct px_domain *domain)
{
	char *base px_cleanup(px_freep) = NULL;
	char *folder = NULL;

	px_error_free(px_kernel_cache_folder(&base));
	if (!base || !domain->name[0] || asprintf(&folder, "%s/%s", base, domain->name) < 0)
		return NULL;
	for (char *c = folder + strlen(base) + 1; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-')
			*c = '_';
	return folder;
}

struct px_error *px_system_open_linux(struct px_target *target, const char *image)
{
	char *cache px_cleanup(px_freep) = cache_of(&target->guest->domain);
	struct px_linux_kernel *kernel = NULL;
	uint64_t start = px_now_ns();
	struct px_error *err;

	err = px_linux_kernel_open(target->guest, target->memory, image, cache, &kernel);
	if (err)
		return image ? err : do_without(target, err);
	tell(target, kernel, (double)(px_now_ns() - start) * 1e-6);
	target->kernel = kernel;
	target->system = (struct px_system){.ops = &linux_ops, .handle = kernel};
	return NULL;
}
