/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of files: folders, mounts, files without a name, and links that lead nowhere. */
#include "guest/linux-path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/flat-memory.h"

#define MEMORY UINT64_C(0xffff888000000000)
#define FILES  (MEMORY + 0x10000)
#define NAMES  (MEMORY + 0x30000)

enum {
	SIZE = 0x40000
};

static const struct px_linux_path_layout layout = {.known = true,
						   .file = {16, 24, 32},
						   .dentry = {24, 40, 36, 16},
						   .mount = {16, 24, 32, 32},
						   .inode = {64, 40, 120, 16}};

struct world {
	struct flat_memory memory;
	struct px_linux_reader reader;
};

static void put(struct world *world, uint64_t address, uint64_t value)
{
	flat_memory_put64(&world->memory, address, value);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	flat_memory_add(&world->memory, MEMORY, SIZE);
	world->reader = flat_memory_reader(&world->memory);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	flat_memory_fini(&world->memory);
	free(world);
	return 0;
}

/* --- files -------------------------------------------------------------------------------- */

enum {
	ROOT,
	USR,
	PROGRAM,
	DATA_ROOT, /* of a file system that is mounted on /usr/data */
	DATA,
	LIBRARY,
	MEMFD, /* has no name in any folder */
	DENTRIES,
};

static uint64_t dentry_of(unsigned int i)
{
	return FILES + 0x1000 + i * 0x100;
}

static uint64_t mount_of(unsigned int i)
{
	return FILES + 0x4000 + i * 0x100;
}

static uint64_t file_of(unsigned int i)
{
	return FILES + 0x6000 + i * 0x100;
}

static void put_dentry(struct world *world, unsigned int i, unsigned int parent,
		       const char *name)
{
	uint64_t at = NAMES + i * 0x200;

	flat_memory_put(&world->memory, at, name, strlen(name) + 1);
	put(world, dentry_of(i) + layout.dentry.parent, dentry_of(parent));
	put(world, dentry_of(i) + layout.dentry.name, at);
	flat_memory_put32(&world->memory, dentry_of(i) + layout.dentry.length,
			  (uint32_t)strlen(name));
	put(world, dentry_of(i) + layout.dentry.hash, MEMORY);
}

static void put_mount(struct world *world, unsigned int i, unsigned int parent,
		      unsigned int mountpoint, unsigned int root)
{
	put(world, mount_of(i) + layout.mount.parent, mount_of(parent));
	put(world, mount_of(i) + layout.mount.mountpoint, dentry_of(mountpoint));
	put(world, mount_of(i) + layout.mount.root, dentry_of(root));
}

static uint64_t put_file(struct world *world, unsigned int i, unsigned int mount,
			 unsigned int dentry)
{
	uint64_t inode = FILES + 0x8000 + i * 0x100, superblock = FILES + 0xa000;

	put(world, file_of(i) + layout.file.mount, mount_of(mount) + layout.mount.vfsmount);
	put(world, file_of(i) + layout.file.dentry, dentry_of(dentry));
	put(world, file_of(i) + layout.file.inode, inode);
	put(world, inode + layout.inode.number, 1000 + i);
	put(world, inode + layout.inode.superblock, superblock);
	flat_memory_put32(&world->memory, superblock + layout.inode.device, 202 << 20 | 1);
	return file_of(i);
}

static void put_files(struct world *world)
{
	put_dentry(world, ROOT, ROOT, "/");
	put_dentry(world, USR, ROOT, "usr");
	put_dentry(world, PROGRAM, USR, "pro\ngram");
	put_dentry(world, DATA_ROOT, DATA_ROOT, "/");
	put_dentry(world, DATA, USR, "data");
	put_dentry(world, LIBRARY, DATA_ROOT, "libx.so.1");
	put_dentry(world, MEMFD, MEMFD, "memfd:jit");
	put(world, dentry_of(MEMFD) + layout.dentry.hash, 0);
	put_mount(world, 0, 0, ROOT, ROOT);
	put_mount(world, 1, 0, DATA, DATA_ROOT);
	put_mount(world, 2, 2, DATA_ROOT, DATA_ROOT); /* of the kernel's own */
	put_file(world, 0, 0, PROGRAM);
	put_file(world, 1, 1, LIBRARY);
	put_file(world, 2, 2, MEMFD);
}

static const char *path_of(struct world *world, unsigned int file,
			   char memory[PX_LINUX_PATH_MAX])
{
	return px_linux_file_path(&layout, &world->reader, file_of(file), memory);
}

static void test_paths(void **state)
{
	struct world *world = *state;
	char memory[PX_LINUX_PATH_MAX];
	struct px_linux_inode inode = {0};

	put_files(world);
	assert_string_equal(path_of(world, 0, memory), "/usr/pro?gram");
	assert_string_equal(path_of(world, 1, memory), "/usr/data/libx.so.1");
	assert_string_equal(path_of(world, 2, memory), "/memfd:jit (deleted)");
	put(world, dentry_of(LIBRARY) + layout.dentry.hash, 0);
	assert_string_equal(path_of(world, 1, memory), "/usr/data/libx.so.1 (deleted)");
	assert_true(px_linux_file_inode(&layout, &world->reader, file_of(1), &inode));
	assert_int_equal(inode.number, 1001);
	assert_int_equal(inode.major, 202);
	assert_int_equal(inode.minor, 1);
}

static void test_hostile_paths(void **state)
{
	struct world *world = *state;
	char memory[PX_LINUX_PATH_MAX];
	uint64_t length = dentry_of(USR) + layout.dentry.length;

	put_files(world);
	put_dentry(world, USR, PROGRAM, "usr"); /* a ring of folders */
	assert_null(path_of(world, 0, memory));
	put_dentry(world, USR, ROOT, "usr");
	put_mount(world, 0, 1, LIBRARY, ROOT); /* mounts below each other */
	assert_null(path_of(world, 1, memory));
	put_mount(world, 0, 0, ROOT, ROOT);
	flat_memory_put32(&world->memory, length, 0);
	assert_null(path_of(world, 0, memory));
	flat_memory_put32(&world->memory, length, UINT32_MAX);
	assert_null(path_of(world, 0, memory));
	flat_memory_put32(&world->memory, length, PX_LINUX_PATH_MAX);
	assert_null(path_of(world, 0, memory));
	flat_memory_put32(&world->memory, length, PX_LINUX_PATH_MAX - 10);
	assert_null(path_of(world, 0, memory)); /* no room for the '/' */
	flat_memory_put32(&world->memory, length, 3);
	assert_non_null(path_of(world, 0, memory));
	put(world, dentry_of(USR) + layout.dentry.name, 0x1000);
	assert_null(path_of(world, 0, memory));
	put(world, file_of(0) + layout.file.dentry, 0);
	assert_null(path_of(world, 0, memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_paths, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
