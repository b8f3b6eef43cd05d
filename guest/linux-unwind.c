/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From sections of a vmlinux image to unwind tables. */
#include "guest/linux-unwind.h"

#include "guest/indirect-thunk.h"
#include "symbolize/cfi.h"

/* The kernel image lies within the top 2 GiB: this base is below all rows. */
static uint64_t base_of(uint64_t text)
{
	return text & ~(((uint64_t)2 << 30) - 1);
}

/* A section; empty when the image does not have it. */
static struct px_error *section_of(struct px_elf_image *image, const char *name,
				   struct px_elf_section *ret)
{
	struct px_error *err = px_elf_image_section(image, name, ret);

	if (!err || err->code != PX_ERR_NOT_FOUND)
		return err;
	px_error_free(err);
	*ret = (struct px_elf_section){0};
	return NULL;
}

static struct px_error *read_orc(struct px_elf_image *image, const char *release,
				 struct px_unwind_builder *builder,
				 struct px_linux_unwind *unwind)
{
	struct px_elf_section header, ip, entries;
	struct px_error *err;

	err = section_of(image, ".orc_header", &header);
	if (!err)
		err = section_of(image, ".orc_unwind_ip", &ip);
	if (!err)
		err = section_of(image, ".orc_unwind", &entries);
	if (err || !ip.bytes.size)
		return err;
	err = header.bytes.size ? px_orc_version_of_header(header.bytes, &unwind->orc_version)
				: px_orc_version_of_release(release, &unwind->orc_version);
	if (err)
		return err;
	unwind->have_orc = true;
	return px_orc_parse(ip.bytes, ip.address, entries.bytes, unwind->orc_version, builder);
}

static struct px_error *orc_table(struct px_elf_image *image,
				  const struct px_symbol_table *symbols, uint64_t base,
				  const char *release, struct px_linux_unwind *unwind)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = px_unwind_builder_new(base, &builder);

	if (!err)
		err = read_orc(image, release, builder, unwind);
	if (!err && unwind->have_orc)
		err = px_indirect_thunks_add(symbols, builder);
	if (!err)
		err = px_unwind_builder_finish(builder, &unwind->orc);
	px_unwind_builder_free(builder);
	return err;
}

static struct px_error *debug_frame_table(struct px_elf_image *image, uint64_t base,
					  struct px_linux_unwind *unwind)
{
	struct px_unwind_builder *builder = NULL;
	struct px_cfi_counts counts;
	struct px_elf_section section;
	struct px_error *err = section_of(image, ".debug_frame", &section);

	if (!err)
		err = px_unwind_builder_new(base, &builder);
	if (!err && section.bytes.size)
		err = px_cfi_parse(&(struct px_cfi_section){.kind = PX_CFI_DEBUG_FRAME,
							    .bytes = section.bytes},
				   builder, &counts);
	if (!err)
		err = px_unwind_builder_finish(builder, &unwind->debug_frame);
	px_unwind_builder_free(builder);
	return err;
}

struct px_error *px_linux_unwind_init(struct px_elf_image *image,
				      const struct px_symbol_table *symbols, uint64_t text,
				      const char *release, struct px_linux_unwind *ret)
{
	struct px_linux_unwind unwind = {0};
	struct px_error *err = orc_table(image, symbols, base_of(text), release, &unwind);

	if (!err)
		err = debug_frame_table(image, base_of(text), &unwind);
	if (err) {
		px_linux_unwind_fini(&unwind);
		return px_error_prefix(err, "%s", px_elf_image_name(image));
	}
	*ret = unwind;
	return NULL;
}

void px_linux_unwind_fini(struct px_linux_unwind *unwind)
{
	px_unwind_table_free(unwind->orc);
	px_unwind_table_free(unwind->debug_frame);
	*unwind = (struct px_linux_unwind){0};
}
