/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kind of system a recording is of. */
#include "tracer/recording-system.h"

#include <inttypes.h>
#include <stdio.h>

#include "tracer/kernel-images.h"
#include "tracer/unikernel-images.h"

static struct px_error *describe_linux(struct px_recording *recording,
				       const struct px_linux_kernel *kernel)
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

static struct px_error *describe_unikernel(struct px_recording *recording,
					   const struct px_unikernel *unikernel,
					   const char *path)
{
	char build_id[PX_BUILD_ID_HEX];
	struct px_error *err = px_recording_pair(recording, "unikernel", path);

	px_build_id_hex(px_elf_image_build_id(px_unikernel_image(unikernel)), build_id);
	return err ? err : px_recording_pair(recording, "unikernel-build-id", build_id);
}

struct px_error *px_recording_describe_system(struct px_recording *recording,
					      const struct px_target *target)
{
	if (target->kernel)
		return describe_linux(recording, target->kernel);
	if (target->unikernel)
		return describe_unikernel(recording, target->unikernel, target->system.program);
	return NULL;
}

struct px_error *px_recording_map_system(struct px_recording *recording,
					 const struct px_target *target, uint64_t time_ns)
{
	if (target->kernel)
		return px_kernel_images_map(target->kernel, recording, time_ns);
	if (target->unikernel)
		return px_unikernel_images_map(target->unikernel, target->system.program,
					       recording, time_ns);
	return NULL;
}
