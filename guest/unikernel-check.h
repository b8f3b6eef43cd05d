/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an image is the unikernel that a guest runs. */
#ifndef PX_GUEST_UNIKERNEL_CHECK_H
#define PX_GUEST_UNIKERNEL_CHECK_H

#include "guest/memory.h"
#include "symbolize/elf-image.h"

/** See px_unikernel_open: what is compared, and the errors. */
px_must_check struct px_error *px_unikernel_check(struct px_guest *guest,
						  struct px_memory *memory,
						  struct px_elf_image *image);

#endif
