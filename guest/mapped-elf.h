/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ELF file that is mapped somewhere says of itself in its first pages. */
#ifndef PX_GUEST_MAPPED_ELF_H
#define PX_GUEST_MAPPED_ELF_H

#include <stdint.h>

#include "guest/linux-reader.h"
#include "lib/build-id.h"

/**
 * The build-id of a 64-bit ELF file whose bytes [0, size) are mapped at start. False when it
 * has none, is no such file, or a page of it is not there. reader reads the memory that start
 * is an address of; at most 64 program headers and 4 KiB of each note are looked at.
 */
bool px_mapped_elf_build_id(const struct px_linux_reader *reader, uint64_t start, uint64_t size,
			    struct px_build_id *ret);

#endif
