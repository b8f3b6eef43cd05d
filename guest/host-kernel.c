/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux kernel under us.
 *
 * /proc/kcore has a program header for each range of the kernel's addresses; the file offset in
 * it is where pread finds the memory. A read of an address in such a range where nothing is
 * mapped yields zeros. Opening it needs CAP_SYS_RAWIO and no lockdown, reading needs nothing.
 */
#include "guest/host-kernel.h"

#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/memory.h"
#include "symbolize/symbol-table.h"

enum {
	RANGES_MAX = 4096, /* program headers; a range for each block of memory */
	BTF_SIZE_MAX = 32 << 20,
};

struct range {
	uint64_t start, size, offset;
};

struct module {
	const char *name;
	struct px_symbol_table *symbols; /* NULL: not loaded, maybe built in */
	struct px_type_info *types;
};

struct px_host_kernel {
	char *folder;
	int core; /* -1: could not be opened */
	struct range *ranges;
	size_t range_count;
	struct px_symbol_table *symbols; /* variables of the kernel itself */
	struct px_type_info *types;
	struct module modules[PX_HOST_MODULES_MAX];
	size_t module_count;
	struct px_error *problem; /* the first one */
};

/* --- files -------------------------------------------------------------------------------- */

static int open_file(const struct px_host_kernel *kernel, const char *path,
		     struct px_error **problem)
{
	char *whole = NULL;
	int fd;

	if (asprintf(&whole, "%s%s", kernel->folder, path) < 0) {
		*problem = &px_error_no_memory;
		return -1;
	}
	fd = open(whole, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		*problem = px_error_system(errno, "%s", path);
	free(whole);
	return fd;
}

static bool pread_all(int fd, void *buffer, size_t size, uint64_t offset)
{
	uint8_t *to = buffer;

	while (size) {
		ssize_t n = pread(fd, to, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return true;
}

/* --- memory ------------------------------------------------------------------------------- */

static bool is_core(const Elf64_Ehdr *header)
{
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_type == ET_CORE &&
	       header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum &&
	       header->e_phnum <= RANGES_MAX;
}

static struct px_error *read_ranges(struct px_host_kernel *kernel)
{
	Elf64_Ehdr header = {0};
	struct px_error *err;

	if (!pread_all(kernel->core, &header, sizeof(header), 0) || !is_core(&header))
		return px_error_new(PX_ERR_BAD_FORMAT, "/proc/kcore is no 64-bit core file");
	err = px_calloc(header.e_phnum, sizeof(*kernel->ranges), &kernel->ranges);
	for (size_t i = 0; i < header.e_phnum && !err; i++) {
		Elf64_Phdr segment;

		if (!pread_all(kernel->core, &segment, sizeof(segment),
			       header.e_phoff + i * sizeof(segment)))
			return px_error_new(PX_ERR_TRUNCATED, "/proc/kcore ends in its header");
		if (segment.p_type == PT_LOAD)
			kernel->ranges[kernel->range_count++] = (struct range){
				segment.p_vaddr, segment.p_filesz, segment.p_offset};
	}
	return err;
}

static struct px_error *open_core(struct px_host_kernel *kernel)
{
	struct px_error *err = NULL;

	kernel->core = open_file(kernel, "/proc/kcore", &err);
	return kernel->core < 0 ? err : read_ranges(kernel);
}

static bool read_core(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct px_host_kernel *kernel = context;

	for (size_t i = 0; i < kernel->range_count; i++) {
		const struct range *range = &kernel->ranges[i];

		if (address >= range->start && address - range->start < range->size &&
		    size <= range->size - (address - range->start))
			return pread_all(kernel->core, buffer, size,
					 range->offset + (address - range->start));
	}
	return false;
}

/* --- symbols ------------------------------------------------------------------------------ */

/* The table of the module, which is made; NULL: not one that we were asked for. */
static struct px_error *table_of(struct px_host_kernel *kernel, const char *name,
				 struct px_symbol_table **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < kernel->module_count; i++) {
		struct module *module = &kernel->modules[i];
		struct px_error *err = NULL;

		if (strcmp(module->name, name))
			continue;
		if (!module->symbols)
			err = px_symbol_table_new(&module->symbols);
		*ret = module->symbols;
		return err;
	}
	return NULL;
}

/* Variables only, of a line of kallsyms: "ffffffffc04411c0 d netback_driver\t[xen_netback]". */
static struct px_error *add_symbol(struct px_host_kernel *kernel, const char *line)
{
	struct px_symbol_table *table = kernel->symbols;
	struct px_error *err = NULL;
	char name[256], module[64] = "";
	uint64_t address = 0;
	char type;

	if (sscanf(line, "%" SCNx64 " %c %255s [%63[^]]", &address, &type, name, module) < 3 ||
	    !strchr("aAbBdDrRvV", type))
		return NULL;
	if (module[0])
		err = table_of(kernel, module, &table);
	if (err || !table)
		return err;
	return px_symbol_table_add(table, address, 0, name, type);
}

static struct px_error *sort_symbols(struct px_host_kernel *kernel)
{
	struct px_error *err = px_symbol_table_sort(kernel->symbols);

	for (size_t i = 0; i < kernel->module_count && !err; i++)
		if (kernel->modules[i].symbols)
			err = px_symbol_table_sort(kernel->modules[i].symbols);
	return err;
}

static struct px_error *read_symbols(struct px_host_kernel *kernel)
{
	FILE *file px_cleanup(px_fclosep) = NULL;
	char *line px_cleanup(px_freep) = NULL;
	struct px_error *err = NULL;
	uint64_t address = 0;
	size_t capacity = 0;
	int fd = open_file(kernel, "/proc/kallsyms", &err);

	if (fd < 0)
		return err;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return &px_error_no_memory;
	}
	err = px_symbol_table_new(&kernel->symbols);
	while (!err && getline(&line, &capacity, file) > 0)
		err = add_symbol(kernel, line);
	if (!err)
		err = sort_symbols(kernel);
	if (!err &&
	    (!px_symbol_table_address(kernel->symbols, "jiffies", &address) || !address))
		err = px_error_new(PX_ERR_PERMISSION,
				   "/proc/kallsyms shows no addresses (kernel.kptr_restrict)");
	return err;
}

/* --- types -------------------------------------------------------------------------------- */

static struct px_error *read_types(const struct px_host_kernel *kernel, const char *name,
				   struct px_type_info **ret)
{
	px_cleanup(px_freep) uint8_t *bytes = NULL;
	px_cleanup(px_freep) char *path = NULL;
	px_cleanup(px_closep) int fd = -1;
	struct px_error *err = NULL;
	off_t size;

	if (asprintf(&path, "/sys/kernel/btf/%s", name) < 0)
		return &px_error_no_memory;
	fd = open_file(kernel, path, &err);
	if (fd < 0)
		return err;
	size = lseek(fd, 0, SEEK_END);
	if (size <= 0 || size > BTF_SIZE_MAX)
		return px_error_new(PX_ERR_LIMIT, "%s has %jd bytes", path, (intmax_t)size);
	err = px_calloc((size_t)size, 1, &bytes);
	if (!err && !pread_all(fd, bytes, (size_t)size, 0))
		err = px_error_new(PX_ERR_TRUNCATED, "%s cannot be read", path);
	if (!err)
		err = px_error_prefix(px_type_info_open_btf(px_bytes_of(bytes, (size_t)size),
							    kernel->types, ret),
				      "%s", path);
	return err;
}

/* A module's types may be missing: then only that driver is not known. */
static struct px_error *read_all_types(struct px_host_kernel *kernel)
{
	struct px_error *err = read_types(kernel, "vmlinux", &kernel->types);

	for (size_t i = 0; i < kernel->module_count && !err; i++) {
		struct module *module = &kernel->modules[i];

		if (module->symbols)
			px_error_free(read_types(kernel, module->name, &module->types));
	}
	return err;
}

/* --- opening ------------------------------------------------------------------------------ */

struct px_error *px_host_kernel_open(const char *folder, const char *const *modules,
				     size_t count, struct px_host_kernel **ret)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = NULL;
	struct px_error *err = px_calloc(1, sizeof(*kernel), &kernel);

	if (err)
		return err;
	assert(count <= PX_HOST_MODULES_MAX);
	kernel->core = -1;
	kernel->module_count = count;
	for (size_t i = 0; i < kernel->module_count; i++)
		kernel->modules[i].name = modules[i];
	err = px_strdup(folder, &kernel->folder);
	if (err)
		return err;
	err = open_core(kernel);
	if (!err)
		err = read_symbols(kernel);
	if (!err)
		err = read_all_types(kernel);
	if (err && err->code == PX_ERR_NO_MEMORY)
		return err;
	kernel->problem = err;
	*ret = kernel;
	kernel = NULL;
	return NULL;
}

void px_host_kernel_close(struct px_host_kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < kernel->module_count; i++) {
		px_symbol_table_free(kernel->modules[i].symbols);
		px_type_info_close(kernel->modules[i].types);
	}
	px_type_info_close(kernel->types);
	px_symbol_table_free(kernel->symbols);
	px_closep(&kernel->core);
	px_error_free(kernel->problem);
	free(kernel->ranges);
	free(kernel->folder);
	free(kernel);
}

void px_host_kernel_closep(struct px_host_kernel **kernel)
{
	px_host_kernel_close(*kernel);
	*kernel = NULL;
}

const char *px_host_kernel_problem(const struct px_host_kernel *kernel)
{
	return kernel->problem ? kernel->problem->message : NULL;
}

/* --- the view ----------------------------------------------------------------------------- */

static const struct module *find_module(const struct px_host_kernel *kernel, const char *name)
{
	for (size_t i = 0; name && i < kernel->module_count; i++)
		if (!strcmp(kernel->modules[i].name, name) && kernel->modules[i].symbols)
			return &kernel->modules[i];
	return NULL;
}

static bool view_symbol(void *context, const char *name, const char *symbol, uint64_t *ret)
{
	const struct px_host_kernel *kernel = context;
	const struct module *module = find_module(kernel, name);

	return !kernel->problem &&
	       px_symbol_table_address(module ? module->symbols : kernel->symbols, symbol, ret);
}

static const struct px_type_info *view_types(void *context, const char *name)
{
	const struct px_host_kernel *kernel = context;
	const struct module *module = find_module(kernel, name);

	if (kernel->problem)
		return NULL;
	return module ? module->types : kernel->types;
}

struct px_linux_view px_host_kernel_view(struct px_host_kernel *kernel)
{
	return (struct px_linux_view){
		.reader = {.read = read_core, .context = kernel},
		.symbol = view_symbol,
		.types = view_types,
		.context = kernel,
	};
}
