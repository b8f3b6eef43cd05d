/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF files through libelf: System V gABI, chapters 4 and 5. Everything that is handed on was
 * checked against the file's size when the image was opened; libelf checks again.
 */
#include "symbolize/elf-image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/memory.h"

/* Uncompressed sections larger than this are refused: the largest debug sections of
 * distribution kernels are a tenth of it. */
#define SECTION_LIMIT ((uint64_t)4 << 30)

struct px_elf_image {
	char *name;
	struct px_bytes bytes;
	bool mapped; /* bytes is a file mapping of ours */
	dev_t device;
	ino_t inode; /* these two of the file, where it was opened from one */
	Elf *elf;
	enum px_elf_kind kind;
	struct px_build_id build_id;
	struct px_elf_segment *segments;
	size_t segments_count, segments_capacity;
	size_t strings; /* index of the section names' string table */
};

/* --- what it is --------------------------------------------------------------------------- */

static const char *machine_name(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {
		{EM_386, "32-bit x86"}, {EM_ARM, "32-bit Arm"}, {EM_AARCH64, "Arm64"},
		{EM_PPC, "PowerPC"},	{EM_PPC64, "PowerPC"},	{EM_RISCV, "RISC-V"},
		{EM_S390, "S/390"},	{EM_MIPS, "MIPS"},	{EM_LOONGARCH, "LoongArch"},
		{EM_IA_64, "Itanium"},	{EM_BPF, "BPF"},
	};

	for (size_t i = 0; i < px_array_size(names); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}

/* The magic of the Linux/x86 boot protocol (Documentation/arch/x86/boot.rst). */
static bool is_boot_image(struct px_bytes bytes)
{
	return bytes.size >= 0x206 && !memcmp(bytes.data + 0x202, "HdrS", 4);
}

static struct px_error *not_elf(const struct px_elf_image *image)
{
	if (image->bytes.size == 0)
		return px_error_new(PX_ERR_TRUNCATED, "%s: the file is empty", image->name);
	if (is_boot_image(image->bytes))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    "%s is a compressed kernel image (bzImage); give the "
				    "uncompressed vmlinux, e.g. "
				    "/usr/lib/debug/boot/vmlinux-RELEASE of the kernel's "
				    "-dbg package",
				    image->name);
	return px_error_new(PX_ERR_BAD_FORMAT, "%s is not an ELF file", image->name);
}

static struct px_error *check_machine(const struct px_elf_image *image, const Elf64_Ehdr *ehdr)
{
	bool swapped = ehdr->e_ident[EI_DATA] == ELFDATA2MSB;
	uint16_t machine = swapped ? __builtin_bswap16(ehdr->e_machine) : ehdr->e_machine;
	const char *name = machine_name(machine);

	if (machine == EM_X86_64)
		return NULL;
	if (name)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is for %s; only x86-64 is supported", image->name,
				    name);
	return px_error_new(PX_ERR_UNSUPPORTED,
			    "%s is for ELF machine %u; only x86-64 is supported", image->name,
			    machine);
}

/* Machine and type lie at the same offsets in 32-bit and big-endian files. */
static struct px_error *check_header(struct px_elf_image *image, const Elf64_Ehdr *ehdr)
{
	struct px_error *err = check_machine(image, ehdr);

	if (err)
		return err;
	if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is not a 64-bit little-endian ELF file", image->name);
	switch (ehdr->e_type) {
	case ET_EXEC:
		image->kind = PX_ELF_EXEC;
		return NULL;
	case ET_DYN:
		image->kind = PX_ELF_DYN;
		return NULL;
	case ET_REL:
		image->kind = PX_ELF_REL;
		return NULL;
	default:
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is an ELF file of type %u: no program, library or "
				    "kernel module",
				    image->name, ehdr->e_type);
	}
}

/* --- bounds ------------------------------------------------------------------------------- */

static struct px_error *truncated(const struct px_elf_image *image, const char *what)
{
	return px_error_new(PX_ERR_TRUNCATED, "%s is truncated: %s end beyond its %zu bytes",
			    image->name, what, image->bytes.size);
}

static bool in_file(const struct px_elf_image *image, uint64_t offset, uint64_t size)
{
	struct px_bytes part;

	return px_bytes_slice(image->bytes, offset, size, &part);
}

static bool array_in_file(const struct px_elf_image *image, uint64_t offset, uint64_t count,
			  uint64_t element_size)
{
	uint64_t size = 0;

	return !__builtin_mul_overflow(count, element_size, &size) &&
	       in_file(image, offset, size);
}

static struct px_error *check_sections(struct px_elf_image *image, const Elf64_Ehdr *ehdr)
{
	Elf_Scn *section = NULL;
	/* Section 0 is always there; it holds the count when that has more than 16 bits. */
	size_t count = px_max(ehdr->e_shnum, (Elf64_Half)1);

	if (!ehdr->e_shoff)
		return NULL;
	if (!array_in_file(image, ehdr->e_shoff, count, sizeof(Elf64_Shdr)) ||
	    elf_getshdrnum(image->elf, &count) ||
	    elf_getshdrstrndx(image->elf, &image->strings) ||
	    !array_in_file(image, ehdr->e_shoff, count, sizeof(Elf64_Shdr)))
		return truncated(image, "section headers");
	while ((section = elf_nextscn(image->elf, section))) {
		GElf_Shdr shdr;

		if (!gelf_getshdr(section, &shdr))
			return truncated(image, "section headers");
		if (shdr.sh_type != SHT_NOBITS && shdr.sh_type != SHT_NULL &&
		    !in_file(image, shdr.sh_offset, shdr.sh_size))
			return truncated(image, "sections");
	}
	return NULL;
}

static struct px_error *read_segments(struct px_elf_image *image, const Elf64_Ehdr *ehdr)
{
	size_t count = ehdr->e_phnum;

	if (!ehdr->e_phoff)
		return NULL;
	if (!array_in_file(image, ehdr->e_phoff, count, sizeof(Elf64_Phdr)) ||
	    elf_getphdrnum(image->elf, &count) ||
	    !array_in_file(image, ehdr->e_phoff, count, sizeof(Elf64_Phdr)))
		return truncated(image, "program headers");
	for (size_t i = 0; i < count; i++) {
		struct px_error *err;
		GElf_Phdr phdr;

		if (!gelf_getphdr(image->elf, (int)i, &phdr))
			return truncated(image, "program headers");
		if (phdr.p_type != PT_LOAD)
			continue;
		err = px_array_grow(image->segments, image->segments_count,
				    image->segments_capacity);
		if (err)
			return err;
		image->segments[image->segments_count++] = (struct px_elf_segment){
			.address = phdr.p_vaddr,
			.size = phdr.p_memsz,
			.offset = phdr.p_offset,
			.file_size = phdr.p_filesz,
			.executable = phdr.p_flags & PF_X,
			.writable = phdr.p_flags & PF_W,
		};
	}
	return NULL;
}

/* --- build-id ----------------------------------------------------------------------------- */

static void find_build_id(struct px_elf_image *image)
{
	Elf_Scn *section = NULL;
	struct px_bytes notes;
	size_t count = 0;

	while ((section = elf_nextscn(image->elf, section))) {
		GElf_Shdr shdr;

		if (gelf_getshdr(section, &shdr) && shdr.sh_type == SHT_NOTE &&
		    px_bytes_slice(image->bytes, shdr.sh_offset, shdr.sh_size, &notes) &&
		    px_build_id_from_notes(notes, &image->build_id))
			return;
	}
	if (elf_getphdrnum(image->elf, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr phdr;

		if (gelf_getphdr(image->elf, (int)i, &phdr) && phdr.p_type == PT_NOTE &&
		    px_bytes_slice(image->bytes, phdr.p_offset, phdr.p_filesz, &notes) &&
		    px_build_id_from_notes(notes, &image->build_id))
			return;
	}
}

/* --- opening ------------------------------------------------------------------------------ */

static struct px_error *image_init(struct px_elf_image *image)
{
	struct px_error *err;
	Elf64_Ehdr ehdr;

	if (image->bytes.size < SELFMAG || memcmp(image->bytes.data, ELFMAG, SELFMAG))
		return not_elf(image);
	if (image->bytes.size < sizeof(ehdr))
		return truncated(image, "its headers");
	/* Not libelf's copy: that one hides what lies beyond the file's end. */
	memcpy(&ehdr, image->bytes.data, sizeof(ehdr));
	err = check_header(image, &ehdr);
	if (err)
		return err;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return px_error_new(PX_ERR_OTHER, "libelf: %s", elf_errmsg(-1));
	/* libelf only reads from the bytes: it opens them as ELF_C_READ. */
	image->elf = elf_memory((char *)(uintptr_t)image->bytes.data, image->bytes.size);
	if (!image->elf || elf_kind(image->elf) != ELF_K_ELF)
		return px_error_new(PX_ERR_BAD_FORMAT, "%s is a damaged ELF file: %s",
				    image->name, elf_errmsg(-1));
	err = check_sections(image, &ehdr);
	if (!err)
		err = read_segments(image, &ehdr);
	if (!err)
		find_build_id(image);
	return err;
}

static struct px_error *open_mapped(struct px_bytes bytes, bool mapped, const char *name,
				    struct px_elf_image **ret)
{
	px_cleanup(px_elf_image_closep) struct px_elf_image *image = NULL;
	struct px_error *err;

	err = px_calloc(1, sizeof(*image), &image);
	if (err) {
		if (mapped && bytes.size)
			munmap((void *)(uintptr_t)bytes.data, bytes.size);
		return err;
	}
	image->bytes = bytes;
	image->mapped = mapped;
	err = px_strdup(name, &image->name);
	if (!err)
		err = image_init(image);
	if (err)
		return err;
	*ret = image;
	image = NULL;
	return NULL;
}

struct px_error *px_elf_image_open_fd(int fd, const char *name, struct px_elf_image **ret)
{
	struct stat st;
	void *bytes = NULL;
	struct px_error *err;

	if (fstat(fd, &st))
		return px_error_system(errno, "%s", name);
	if (!S_ISREG(st.st_mode))
		return px_error_new(PX_ERR_BAD_FORMAT, "%s is not a regular file", name);
	if (st.st_size) {
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			return px_error_system(errno, "%s", name);
	}
	err = open_mapped(px_bytes_of(bytes, (size_t)st.st_size), true, name, ret);
	if (err)
		return err;
	(*ret)->device = st.st_dev;
	(*ret)->inode = st.st_ino;
	return NULL;
}

struct px_error *px_elf_image_open(const char *path, struct px_elf_image **ret)
{
	px_cleanup(px_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return px_error_system(errno, "%s", path);
	return px_elf_image_open_fd(fd, path, ret);
}

struct px_error *px_elf_image_open_bytes(struct px_bytes bytes, const char *name,
					 struct px_elf_image **ret)
{
	return open_mapped(bytes, false, name, ret);
}

void px_elf_image_close(struct px_elf_image *image)
{
	if (!image)
		return;
	elf_end(image->elf);
	if (image->mapped && image->bytes.size)
		munmap((void *)(uintptr_t)image->bytes.data, image->bytes.size);
	free(image->segments);
	free(image->name);
	free(image);
}

void px_elf_image_closep(struct px_elf_image **image)
{
	px_elf_image_close(*image);
	*image = NULL;
}

/* --- contents ----------------------------------------------------------------------------- */

bool px_elf_image_same_file(const struct px_elf_image *a, const struct px_elf_image *b)
{
	return a->mapped && b->mapped && a->device == b->device && a->inode == b->inode;
}

const char *px_elf_image_name(const struct px_elf_image *image)
{
	return image->name;
}

enum px_elf_kind px_elf_image_kind(const struct px_elf_image *image)
{
	return image->kind;
}

const struct px_build_id *px_elf_image_build_id(const struct px_elf_image *image)
{
	return &image->build_id;
}

const struct px_elf_segment *px_elf_image_segments(const struct px_elf_image *image,
						   size_t *count_ret)
{
	*count_ret = image->segments_count;
	return image->segments;
}

struct Elf *px_elf_image_elf(struct px_elf_image *image)
{
	return image->elf;
}

/* ".debug_x" is the same section as ".zdebug_x". */
static bool same_name(const char *name, const char *wanted)
{
	if (!strcmp(name, wanted))
		return true;
	return !strncmp(wanted, ".debug_", 7) && !strncmp(name, ".zdebug_", 8) &&
	       !strcmp(name + 8, wanted + 7);
}

static Elf_Scn *find_section(const struct px_elf_image *image, const char *name,
			     GElf_Shdr *shdr_ret)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(image->elf, section))) {
		GElf_Shdr shdr;
		const char *its = NULL;

		if (gelf_getshdr(section, &shdr))
			its = elf_strptr(image->elf, image->strings, shdr.sh_name);
		if (its && same_name(its, name)) {
			*shdr_ret = shdr;
			return section;
		}
	}
	return NULL;
}

static struct px_error *uncompress(struct px_elf_image *image, Elf_Scn *section,
				   const char *name, GElf_Shdr *shdr)
{
	const char *its = elf_strptr(image->elf, image->strings, shdr->sh_name);
	struct px_bytes raw;
	GElf_Chdr chdr;
	int result;

	if (shdr->sh_flags & SHF_COMPRESSED) {
		if (!gelf_getchdr(section, &chdr))
			return px_error_new(PX_ERR_BAD_FORMAT,
					    "%s: section %s: damaged compression header",
					    image->name, name);
		if (chdr.ch_size > SECTION_LIMIT)
			return px_error_new(PX_ERR_LIMIT, "%s: section %s is too large",
					    image->name, name);
		result = elf_compress(section, 0, 0);
	} else if (its && !strncmp(its, ".zdebug_", 8) &&
		   px_bytes_slice(image->bytes, shdr->sh_offset, 12, &raw) &&
		   !memcmp(raw.data, "ZLIB", 4)) {
		uint64_t size;

		memcpy(&size, raw.data + 4, sizeof(size));
		if (__builtin_bswap64(size) > SECTION_LIMIT)
			return px_error_new(PX_ERR_LIMIT, "%s: section %s is too large",
					    image->name, name);
		result = elf_compress_gnu(section, 0, 0);
	} else {
		return NULL;
	}
	if (result < 0 || !gelf_getshdr(section, shdr))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    "%s: section %s cannot be uncompressed: %s", image->name,
				    name, elf_errmsg(-1));
	return NULL;
}

struct px_error *px_elf_image_section(struct px_elf_image *image, const char *name,
				      struct px_elf_section *ret)
{
	struct px_error *err;
	GElf_Shdr shdr = {0};
	Elf_Scn *section = find_section(image, name, &shdr);
	Elf_Data *data;

	if (!section)
		return px_error_new(PX_ERR_NOT_FOUND, "%s has no section %s", image->name,
				    name);
	err = uncompress(image, section, name, &shdr);
	if (err)
		return err;
	data = shdr.sh_type == SHT_NOBITS ? NULL : elf_rawdata(section, NULL);
	if (!data && shdr.sh_type != SHT_NOBITS)
		return px_error_new(PX_ERR_BAD_FORMAT, "%s: section %s cannot be read: %s",
				    image->name, name, elf_errmsg(-1));
	*ret = (struct px_elf_section){
		.bytes = data ? px_bytes_of(data->d_buf, data->d_buf ? data->d_size : 0)
			      : px_bytes_of(NULL, 0),
		.address = shdr.sh_addr,
		.size = shdr.sh_size,
		.flags = shdr.sh_flags,
	};
	return NULL;
}

bool px_elf_image_at(const struct px_elf_image *image, uint64_t address, uint64_t size,
		     struct px_bytes *ret)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(image->elf, section))) {
		struct px_bytes bytes;
		GElf_Shdr shdr;

		if (!gelf_getshdr(section, &shdr) || !(shdr.sh_flags & SHF_ALLOC) ||
		    shdr.sh_type == SHT_NOBITS || (shdr.sh_flags & SHF_COMPRESSED) ||
		    address < shdr.sh_addr)
			continue;
		if (px_bytes_slice(image->bytes, shdr.sh_offset, shdr.sh_size, &bytes) &&
		    px_bytes_slice(bytes, address - shdr.sh_addr, size, ret))
			return true;
	}
	return false;
}

bool px_elf_image_rest(const struct px_elf_image *image, uint64_t address, struct px_bytes *ret)
{
	for (size_t i = 0; i < image->segments_count; i++) {
		const struct px_elf_segment *segment = &image->segments[i];
		uint64_t within = address - segment->address;

		if (address >= segment->address && within < segment->file_size &&
		    px_bytes_slice(image->bytes, segment->offset, segment->file_size, ret))
			return px_bytes_slice(*ret, within, segment->file_size - within, ret);
	}
	return false;
}

struct px_bytes px_elf_image_bytes(const struct px_elf_image *image)
{
	return image->bytes;
}
