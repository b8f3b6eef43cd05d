/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the source that are part of the program. */
#ifndef PX_LIB_ASSET_H
#define PX_LIB_ASSET_H

#include <stdio.h>

/** The bytes of one file; end is the first byte behind it. */
struct px_asset {
	const char *start, *end;
};

/**
 * Define the struct px_asset called px_asset_NAME: the file at path, from the root of the
 * source. The assembler takes it in, which `gcc -MMD` does not see: the Makefile says so.
 */
#define PX_ASSET(name, path)                                               \
	__asm__(".pushsection .rodata\n"                                   \
		"px_bytes_" #name ":\n"                                    \
		".incbin \"" path "\"\n"                                   \
		"px_bytes_" #name "_end:\n"                                \
		".popsection\n");                                          \
	extern const char px_bytes_##name[], px_bytes_##name##_end[];      \
	const struct px_asset px_asset_##name = {.start = px_bytes_##name, \
						 .end = px_bytes_##name##_end}

/** Write the whole file. */
static inline void px_asset_write(const struct px_asset *asset, FILE *out)
{
	fwrite(asset->start, 1, (size_t)(asset->end - asset->start), out);
}

#endif
