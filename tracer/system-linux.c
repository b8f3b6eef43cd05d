/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that runs Linux. */
#include "tracer/system.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/log.h"
#include "tracer/kernel-images.h"
#include "tracer/target.h"

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
		.refine_end = refine_end,
	};
}

static bool linux_find_symbol(void *kernel, uint64_t address, struct px_linux_symbol *ret)
{
	return px_linux_kernel_find_symbol(kernel, address, ret);
}

static struct px_error *linux_describe(void *kernel, struct px_recording *recording)
{
	char build_id[PX_BUILD_ID_HEX], slide[24];
	struct px_error *err =
		px_recording_pair(recording, "kernel-release", px_linux_kernel_release(kernel));

	px_build_id_hex(px_linux_kernel_build_id(kernel), build_id);
	if (!err)
		err = px_recording_pair(recording, "kernel-build-id", build_id);
	snprintf(slide, sizeof(slide), "0x%" PRIx64, px_linux_kernel_slide(kernel));
	return err ? err : px_recording_pair(recording, "kernel-slide", slide);
}

static struct px_error *linux_map(void *kernel, struct px_recording *recording,
				  uint64_t time_ns)
{
	return px_kernel_images_map(kernel, recording, time_ns);
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
	.describe = linux_describe,
	.map = linux_map,
	.refresh = linux_refresh,
	.close = linux_close,
};

struct px_error *px_system_open_linux(struct px_target *target, const char *image)
{
	struct px_linux_kernel *kernel;
	struct px_error *err;

	if (!image) {
		px_warn("without --vmlinux there are addresses only, no stacks and no names; "
			"give the guest kernel's image with symbols");
		return NULL;
	}
	err = px_linux_kernel_open(target->guest, target->memory, image, &kernel);
	if (err)
		return err;
	px_verbose("kernel %s, moved by 0x%llx", px_linux_kernel_release(kernel),
		   (unsigned long long)px_linux_kernel_slide(kernel));
	target->kernel = kernel;
	target->system = (struct px_system){.ops = &linux_ops, .handle = kernel};
	return NULL;
}
