/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's disk requests as on x86-32, where 64-bit numbers are aligned to 4 bytes. */
#include "tests/support/block-layout.h"

#include <stdint.h>
#include <string.h>

#pragma pack(push, 4)
#include <xen/io/blkif.h>
#pragma pack(pop)

BLOCK_LAYOUT_OF(block_layout_x86_32)
