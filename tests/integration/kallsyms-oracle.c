/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a vmlinux as its kallsyms have them, from nothing but its read-only data:
 * kallsyms-oracle VMLINUX. Prints them as nm does; per-CPU variables have their offsets.
 */
#include <stdio.h>

#include "guest/linux-kallsyms.h"
#include "symbolize/elf-image.h"

static struct px_error *print(void *context, const struct px_kallsyms_symbol *symbol)
{
	printf("%016llx %c %s\n", (unsigned long long)symbol->address, symbol->type,
	       symbol->name);
	return NULL;
}

static struct px_error *run(struct px_elf_image *image)
{
	struct px_linux_kallsyms kallsyms = {0};
	struct px_elf_section rodata = {0};
	size_t tokens = 0;
	struct px_error *err = px_elf_image_section(image, ".rodata", &rodata);

	if (err)
		return err;
	if (!px_linux_kallsyms_find(rodata.bytes, 0, &tokens))
		return px_error_new(PX_ERR_NOT_FOUND, "no kallsyms");
	err = px_linux_kallsyms_init(rodata.bytes, rodata.address, tokens, &kallsyms);
	return err ? err : px_linux_kallsyms_each(&kallsyms, print, NULL);
}

int main(int argc, char **argv)
{
	struct px_elf_image *image = NULL;
	struct px_error *err;

	if (argc != 2)
		return 2;
	err = px_elf_image_open(argv[1], &image);
	if (!err)
		err = run(image);
	if (err)
		fprintf(stderr, "kallsyms-oracle: %s\n", err->message);
	px_elf_image_close(image);
	return err ? 1 : 0;
}
