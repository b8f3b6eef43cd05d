/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's disk requests as this machine's compiler lays them out. */
#include "tests/support/block-layout.h"

#include <stdint.h>
#include <string.h>

#include <xen/io/blkif.h>

BLOCK_LAYOUT_OF(block_layout_x86_64)
