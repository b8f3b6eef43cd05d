/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel under us, from files that are made here in a folder of ours. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest/host-kernel.h"
#include "lib/memory.h"
#include "tests/support/driver-world.h"

static const char *const modules[] = {"xen_netback", "xen_blkback"};

struct host {
	char folder[64];
	struct driver_world world;
};

/* --- files -------------------------------------------------------------------------------- */

static void write_file(const struct host *host, const char *path, const void *data, size_t size)
{
	char whole[256];
	int fd;

	snprintf(whole, sizeof(whole), "%s%s", host->folder, path);
	fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static void remove_file(const struct host *host, const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", host->folder, path);
	assert_int_equal(unlink(whole), 0);
}

/* A core of two ranges: one that is nothing to us, and the drivers' memory in two parts of one.
 */
struct core {
	Elf64_Ehdr header;
	Elf64_Phdr segments[3];
	uint8_t other[64];
	struct driver_memory memory;
};

static void fill_core(const struct host *host, struct core *core)
{
	*core = (struct core){
		.header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
				       ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_CORE,
			   .e_phoff = offsetof(struct core, segments),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 3},
		.segments = {{.p_type = PT_NOTE, .p_offset = 1},
			     {.p_type = PT_LOAD,
			      .p_vaddr = UINT64_C(0xffffffff81000000),
			      .p_offset = offsetof(struct core, other),
			      .p_filesz = sizeof(core->other)},
			     {.p_type = PT_LOAD,
			      .p_vaddr = DRIVER_WORLD,
			      .p_offset = offsetof(struct core, memory),
			      .p_filesz = sizeof(core->memory)}},
		.memory = *host->world.memory,
	};
	memset(core->other, 0x5a, sizeof(core->other));
}

static void write_symbols(const struct host *host, uint64_t bias)
{
	char text[1024];
	uint64_t driver = DRIVER_WORLD + offsetof(struct driver_memory, bus[PX_LINUX_NETBACK]);
	int size = snprintf(text, sizeof(text),
			    "ffffffff81000000 T _text\n"
			    "%016llx D jiffies\n"
			    "00000000000313c0 A xen_vcpu_info\n"
			    "ffffffff81000040 D netback_driver\n"
			    "not a line\n"
			    "%016llx d netback_driver\t[xen_netback]\n"
			    "ffffffffc0000000 t netback_probe\t[xen_netback]\n"
			    "ffffffffc0000010 d other_driver\t[other]\n",
			    (unsigned long long)(DRIVER_WORLD * bias),
			    (unsigned long long)(driver * bias));

	write_file(host, "/proc/kallsyms", text, (size_t)size);
}

static void write_types(const struct host *host)
{
	struct btf_builder kernel, module;
	struct px_bytes bytes = driver_world_btf(&kernel, PX_LINUX_NETBACK, NULL);

	write_file(host, "/sys/kernel/btf/vmlinux", bytes.data, bytes.size);
	btf_builder_init(&module);
	module.first_string = kernel.header.str_len;
	module.next_type = kernel.next_type;
	btf_builder_struct(&module, "own", BTF_KIND_STRUCT, 4, NULL, 0);
	bytes = btf_builder_finish(&module);
	write_file(host, "/sys/kernel/btf/xen_netback", bytes.data, bytes.size);
}

static int set_up(void **state)
{
	static const char *const folders[] = {"/proc", "/sys", "/sys/kernel",
					      "/sys/kernel/btf"};
	struct host *host = calloc(1, sizeof(*host));
	struct core core;
	char path[128];

	assert_non_null(host);
	snprintf(host->folder, sizeof(host->folder), "/tmp/host-kernel.XXXXXX");
	assert_non_null(mkdtemp(host->folder));
	for (size_t i = 0; i < px_array_size(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", host->folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	driver_world_build(&host->world, NULL);
	fill_core(host, &core);
	write_file(host, "/proc/kcore", &core, sizeof(core));
	write_symbols(host, 1);
	write_types(host);
	*state = host;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct host *host = *state;

	nftw(host->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	driver_world_fini(&host->world);
	free(host);
	return 0;
}

static struct px_host_kernel *open_host(const struct host *host)
{
	struct px_host_kernel *kernel = NULL;

	assert_null(
		px_host_kernel_open(host->folder, modules, px_array_size(modules), &kernel));
	return kernel;
}

/* --- tests -------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = open_host(*state);
	struct px_linux_view view = px_host_kernel_view(kernel);
	uint64_t value = 0;
	uint8_t bytes[64];

	assert_null(px_host_kernel_problem(kernel));
	assert_true(px_linux_read(&view.reader, DRIVER_WORLD, &value, sizeof(value)));
	assert_int_equal(value, 4242);
	assert_true(px_linux_read(&view.reader, UINT64_C(0xffffffff81000000), bytes,
				  sizeof(bytes)));
	assert_int_equal(bytes[63], 0x5a);
	assert_false(px_linux_read(&view.reader, UINT64_C(0xffffffff81000001), bytes,
				   sizeof(bytes)));
	assert_false(px_linux_read(&view.reader, DRIVER_WORLD - 1, bytes, 1));
	assert_false(px_linux_read(&view.reader, UINT64_MAX, bytes, sizeof(bytes)));
}

static void test_symbols(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = open_host(*state);
	struct px_linux_view view = px_host_kernel_view(kernel);
	struct px_linux_names names = px_linux_view_names(&view);
	uint64_t address = 0;

	assert_true(view.symbol(view.context, "xen_netback", "netback_driver", &address));
	assert_int_equal(address,
			 DRIVER_WORLD + offsetof(struct driver_memory, bus[PX_LINUX_NETBACK]));
	/* Not loaded as a module: perhaps it is built in. */
	assert_true(view.symbol(view.context, "xen_blkback", "netback_driver", &address));
	assert_int_equal(address, UINT64_C(0xffffffff81000040));
	assert_true(px_linux_name_find(&names, "xen_vcpu_info", &address));
	assert_int_equal(address, 0x313c0);
	assert_false(view.symbol(view.context, "xen_netback", "netback_probe", &address));
	assert_false(view.symbol(view.context, NULL, "other_driver", &address));
	assert_false(px_linux_name_find(&names, "_text", &address));
}

static void test_types(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = open_host(*state);
	struct px_linux_view view = px_host_kernel_view(kernel);
	uint32_t size = 0;

	assert_true(px_type_info_size(view.types(view.context, "xen_netback"), "own", &size));
	assert_true(
		px_type_info_size(view.types(view.context, "xen_netback"), "xenvif", &size));
	assert_false(px_type_info_size(view.types(view.context, "xen_blkback"), "own", &size));
}

static void test_drivers(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = open_host(*state);
	px_cleanup(px_linux_drivers_freep) struct px_linux_drivers *drivers = NULL;
	px_cleanup(px_xenbus_devices_fini) struct px_xenbus_devices devices = {0};
	px_cleanup(px_netback_fini) struct px_netback back = {0};
	struct px_linux_view view = px_host_kernel_view(kernel);

	assert_null(px_linux_drivers_new(&view, &drivers));
	assert_null(px_linux_drivers_devices(drivers, PX_LINUX_NETBACK, &devices));
	assert_int_equal(devices.count, WORLD_DEVICES);
	assert_null(px_linux_drivers_netback(drivers, &devices.devices[1], &back));
	assert_int_equal(back.queue_count, WORLD_QUEUES);
	assert_int_equal(back.queues[1].tx.req_cons.value, 19);
	assert_int_equal(back.queues[1].now.value, 4242);
}

static void assert_problem(struct host *host, const char *problem)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = open_host(host);
	struct px_linux_view view = px_host_kernel_view(kernel);
	uint64_t address = 0;

	assert_non_null(px_host_kernel_problem(kernel));
	assert_string_equal(px_host_kernel_problem(kernel), problem);
	assert_false(view.symbol(view.context, "xen_netback", "netback_driver", &address));
	assert_null(view.types(view.context, "xen_netback"));
}

static void test_hidden_symbols(void **state)
{
	write_symbols(*state, 0);
	assert_problem(*state, "/proc/kallsyms shows no addresses (kernel.kptr_restrict)");
}

static void test_missing_files(void **state)
{
	remove_file(*state, "/sys/kernel/btf/vmlinux");
	assert_problem(*state, "/sys/kernel/btf/vmlinux: No such file or directory");
	remove_file(*state, "/proc/kallsyms");
	assert_problem(*state, "/proc/kallsyms: No such file or directory");
	remove_file(*state, "/proc/kcore");
	assert_problem(*state, "/proc/kcore: No such file or directory");
}

/* Without the types of a module that is loaded only its drivers are not known. */
static void test_missing_module_types(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = NULL;
	struct px_linux_view view;

	remove_file(*state, "/sys/kernel/btf/xen_netback");
	kernel = open_host(*state);
	view = px_host_kernel_view(kernel);
	assert_null(px_host_kernel_problem(kernel));
	assert_null(view.types(view.context, "xen_netback"));
	assert_non_null(view.types(view.context, NULL));
}

static void test_damaged_core(void **state)
{
	struct host *host = *state;
	struct core core;

	fill_core(host, &core);
	write_file(host, "/proc/kcore", &core, offsetof(struct core, segments[1]));
	assert_problem(host, "/proc/kcore ends in its header");
	core.header.e_phnum = UINT16_MAX;
	write_file(host, "/proc/kcore", &core, sizeof(core));
	assert_problem(host, "/proc/kcore is no 64-bit core file");
	core.header.e_phnum = 3;
	core.header.e_ident[EI_CLASS] = ELFCLASS32;
	write_file(host, "/proc/kcore", &core, sizeof(core));
	assert_problem(host, "/proc/kcore is no 64-bit core file");
	write_file(host, "/proc/kcore", "", 0);
	assert_problem(host, "/proc/kcore is no 64-bit core file");
}

/* What is behind a range's end in the file is not there. */
static void test_short_core(void **state)
{
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = NULL;
	struct host *host = *state;
	struct px_linux_view view;
	struct core core;
	uint64_t value = 0;

	fill_core(host, &core);
	write_file(host, "/proc/kcore", &core, offsetof(struct core, memory) + 4);
	kernel = open_host(host);
	view = px_host_kernel_view(kernel);
	assert_true(px_linux_read(&view.reader, DRIVER_WORLD, &value, 4));
	assert_false(px_linux_read(&view.reader, DRIVER_WORLD, &value, 8));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_memory),
		TEST(test_symbols),
		TEST(test_types),
		TEST(test_drivers),
		TEST(test_hidden_symbols),
		TEST(test_missing_files),
		TEST(test_missing_module_types),
		TEST(test_damaged_core),
		TEST(test_short_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
