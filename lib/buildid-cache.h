/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf's build-id cache: what makes `perf report` show a guest's names without options.
 *
 * perf looks for symbols by the build-id that a mapping has (perf-buildid-cache(1)):
 *
 *   the kernel   an MMAP2 record of pid -1 and cpumode kernel, named "[kernel.kallsyms]_text",
 *                whose offset is the run-time address of _text. perf reads kallsyms of that
 *                build-id, looks _text up in it and moves all names by the difference. So
 *                the file holds link addresses, is the same for every boot whatever the KASLR
 *                slide, and must contain _text. It must not contain symbols of modules, which
 *                perf would not move. Where the guest runs the very kernel that this host
 *                runs, perf reads /proc/kallsyms instead, and moves that.
 *   a module     another MMAP2 record of pid -1, named like a file, "/lib/modules/R/M.ko"
 *                (px_module_path), offset 0, start and length those of the module's text.
 *                perf shows "[M]" and reads an ELF image of that build-id, whose symbols are
 *                offsets in .text (symbol-image.h): right wherever the module is loaded.
 *
 * Kernel and modules under one mapping, or modules named "[M]" with their symbols in the
 * kernel's kallsyms, show names as well, but of the boot that filled the cache; and of the
 * latter the first look-up finds nothing if it comes before one in the kernel.
 *
 * Build-ids are what the guest says. A guest that lies can put wrong names under the build-id
 * of another guest's kernel that was not in the cache before; it cannot choose where they are
 * stored.
 */
#ifndef PX_LIB_BUILDID_CACHE_H
#define PX_LIB_BUILDID_CACHE_H

#include "lib/buffer.h"
#include "lib/build-id.h"
#include "lib/error.h"

/** The name of a kernel's image in the cache and in a file's table of build-ids. */
#define PX_KERNEL_IMAGE_NAME "[kernel.kallsyms]"
/** The name of its mapping: the image and the symbol whose address the mapping tells. */
#define PX_KERNEL_MAP_NAME PX_KERNEL_IMAGE_NAME "_text"

/** $PERF_BUILDID_DIR, which perf sets for what it runs, or $HOME/.debug. The caller frees it.
 */
px_must_check struct px_error *px_buildid_cache_folder(char **ret);

enum px_buildid_file {
	PX_BUILDID_KALLSYMS, /* text as in /proc/kallsyms */
	PX_BUILDID_ELF,
};

/** Whether the cache has that file for a build-id. */
bool px_buildid_cache_has(const char *folder, const struct px_build_id *build_id,
			  enum px_buildid_file file);

/**
 * Put a file into the cache: FOLDER/NAME/BUILD-ID/{kallsyms,elf} and the link
 * FOLDER/.build-id/XX/YYYY to its folder. name: PX_KERNEL_IMAGE_NAME or an absolute path
 * without "..". Folders are made. What is there already stays; readers and other writers never
 * see half a file.
 */
px_must_check struct px_error *px_buildid_cache_add(const char *folder, const char *name,
						    const struct px_build_id *build_id,
						    enum px_buildid_file file,
						    struct px_bytes contents);

/** Append a line of kallsyms. Names that would not be one word are left out. */
void px_kallsyms_add(struct px_buffer *buffer, uint64_t address, char type, const char *name);

enum {
	PX_MODULE_PATH_MAX = 256,
};

/**
 * "/lib/modules/RELEASE/MODULE.ko" of a guest's module. What does not belong in a file name is
 * replaced, and long ones are cut: both strings are the guest's. Returns path.
 */
const char *px_module_path(const char *release, const char *module,
			   char path[PX_MODULE_PATH_MAX]);

#endif
