/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs below a folder: paths and links that would lead out of it, build-ids, what is no
 * program. */
#include "symbolize/symfs.h"

#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "tests/support/elf-builder.h"

/* A guest's root, and beside it what must not be reached. */
struct tree {
	char top[32];
	char root[64];
	struct px_symfs *symfs;
};

static const struct px_build_id ones = {
	20, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
static const struct px_build_id twos = {
	20, {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}};
static const char ones_path[] = "/.build-id/01/01010101010101010101010101010101010101";

static void path_of(const struct tree *tree, const char *path, char ret[static 256])
{
	snprintf(ret, 256, "%s%s", tree->top, path);
}

static void make_folders(const char *path)
{
	char part[256];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		mkdir(part, 0755);
	}
}

static void put(const struct tree *tree, const char *path, const void *data, size_t size)
{
	char name[256];
	FILE *file;

	path_of(tree, path, name);
	make_folders(name);
	file = fopen(name, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

/* A program with a build-id of equal bytes; 0: without. */
static void put_program(const struct tree *tree, const char *path, uint8_t id)
{
	static struct elf_builder builder;
	struct px_bytes bytes;
	uint8_t note[36];

	elf_builder_init(&builder);
	if (id)
		elf_builder_section(&builder, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 0x1000,
				    note, elf_builder_note(id, note));
	bytes = elf_builder_finish(&builder);
	put(tree, path, bytes.data, bytes.size);
}

static void put_link(const struct tree *tree, const char *path, const char *target)
{
	char name[256];

	path_of(tree, path, name);
	make_folders(name);
	assert_int_equal(symlink(target, name), 0);
}

static int set_up(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct px_symfs_options options = {.folder = tree->root};
	char fifo[256];

	snprintf(tree->top, sizeof(tree->top), "/tmp/px-symfs-XXXXXX");
	assert_non_null(mkdtemp(tree->top));
	snprintf(tree->root, sizeof(tree->root), "%s/root", tree->top);
	put_program(tree, "/outside/secret", 1);
	put_program(tree, "/root/bin/one", 1);
	put_program(tree, "/root/bin/none", 0);
	put_program(tree, "/root/usr/lib/two.so.2.0", 2);
	put_link(tree, "/root/lib", "/usr/lib");
	put_link(tree, "/root/usr/lib/two.so", "two.so.2.0");
	put_link(tree, "/root/out", "../outside/secret");
	put_link(tree, "/root/out2", "/outside/secret");
	put_link(tree, "/root/out3", "../../../../../../outside");
	put_link(tree, "/root/self", "self");
	put_link(tree, "/root/magic", "/proc/self/exe");
	put(tree, "/root/text", "hello\n", 6);
	put(tree, "/root/empty", "", 0);
	path_of(tree, "/root/fifo", fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(px_symfs_new(&options, &tree->symfs));
	*state = tree;
	return 0;
}

static int tear_down(void **state)
{
	struct tree *tree = *state;
	char command[64];

	px_symfs_free(tree->symfs);
	snprintf(command, sizeof(command), "rm -r %s", tree->top);
	assert_int_equal(system(command), 0);
	free(tree);
	return 0;
}

static void expect(void **state, const char *path, const struct px_build_id *id,
		   enum px_symfs_outcome wanted)
{
	struct tree *tree = *state;
	struct px_program *program = NULL, *again = NULL;
	enum px_symfs_outcome got = px_symfs_find(tree->symfs, path, id, &program);

	assert_string_equal(px_symfs_outcome_name(got), px_symfs_outcome_name(wanted));
	assert_int_equal(!program, wanted != PX_SYMFS_OK);
	assert_int_equal(!px_symfs_message(tree->symfs), wanted == PX_SYMFS_OK);
	assert_int_equal(px_symfs_find(tree->symfs, path, id, &again), wanted);
	assert_ptr_equal(again, program);
}

static void test_paths(void **state)
{
	expect(state, "/bin/one", NULL, PX_SYMFS_OK);
	expect(state, "/bin/one", &ones, PX_SYMFS_OK);
	expect(state, "/bin/none", NULL, PX_SYMFS_OK);
	expect(state, "/lib/two.so", &twos, PX_SYMFS_OK);
	expect(state, "/bin/missing", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/bin/one/below", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/self", NULL, PX_SYMFS_NO_FILE);
	expect(state, "", NULL, PX_SYMFS_NO_FILE);
	expect(state, "[vdso]", NULL, PX_SYMFS_NO_FILE);
	expect(state, "bin/one", NULL, PX_SYMFS_NO_FILE);
}

/* However a guest names a file, it is opened once. */
static void test_one_file(void **state)
{
	struct tree *tree = *state;
	static const char *const paths[] = {"/usr/lib/two.so.2.0", "/lib/two.so",
					    "/usr/./lib/../lib//two.so"};
	struct px_program *first = NULL, *program = NULL, *other = NULL;

	assert_int_equal(px_symfs_find(tree->symfs, paths[0], &twos, &first), PX_SYMFS_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(px_symfs_find(tree->symfs, paths[i], NULL, &program),
				 PX_SYMFS_OK);
		assert_ptr_equal(program, first);
	}
	assert_int_equal(px_symfs_find(tree->symfs, "/bin/none", NULL, &other), PX_SYMFS_OK);
	assert_ptr_not_equal(other, first);
}

static void test_ways_out(void **state)
{
	expect(state, "/out", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/out2", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/out3/secret", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/../outside/secret", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/bin/../../outside/secret", NULL, PX_SYMFS_NO_FILE);
	expect(state, "/magic", NULL, PX_SYMFS_NO_FILE);
}

static void test_no_programs(void **state)
{
	char longest[6000];

	expect(state, "/bin", NULL, PX_SYMFS_UNREADABLE);
	expect(state, "/", NULL, PX_SYMFS_UNREADABLE);
	expect(state, "/fifo", NULL, PX_SYMFS_UNREADABLE);
	expect(state, "/text", NULL, PX_SYMFS_UNREADABLE);
	expect(state, "/empty", NULL, PX_SYMFS_UNREADABLE);
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	expect(state, longest, NULL, PX_SYMFS_NO_FILE);
}

static void test_too_large(void **state)
{
	struct tree *tree = *state;
	char name[256];

	put(tree, "/root/large", "x", 1);
	path_of(tree, "/root/large", name);
	assert_int_equal(truncate(name, ((off_t)4 << 30) + 1), 0);
	expect(state, "/large", NULL, PX_SYMFS_UNREADABLE);
	assert_non_null(strstr(px_symfs_message(tree->symfs), "4 GiB"));
}

static void test_build_ids(void **state)
{
	struct tree *tree = *state;
	const char *message;
	char name[256];

	expect(state, "/bin/one", &twos, PX_SYMFS_MISMATCH);
	message = px_symfs_message(tree->symfs);
	assert_non_null(strstr(message, "/bin/one has build-id 01010101"));
	assert_non_null(strstr(message, "the guest's has build-id 02020202"));
	expect(state, "/bin/none", &ones, PX_SYMFS_MISMATCH);
	assert_non_null(strstr(px_symfs_message(tree->symfs), "no build-id"));

	/* A file under the name of a build-id must have it. */
	expect(state, "/gone", &ones, PX_SYMFS_NO_FILE);
	snprintf(name, sizeof(name), "/root%s", ones_path);
	put_program(tree, name, 2);
	expect(state, "/gone1", &ones, PX_SYMFS_NO_FILE);
	put_program(tree, name, 1);
	expect(state, "/gone2", &ones, PX_SYMFS_OK);
	expect(state, "/lib/two.so", &ones, PX_SYMFS_OK);
}

static void test_perf_map(void **state)
{
	struct tree *tree = *state;
	struct px_symbol_table *table = NULL;
	struct px_error *err;

	put(tree, "/root/tmp/perf-12.map", "1000 10 jitted\n", 15);
	put_link(tree, "/root/tmp/perf-13.map", "../../outside/secret");
	assert_null(px_symfs_perf_map(tree->symfs, "/tmp/perf-12.map", &table));
	assert_string_equal(px_symbol_table_find(table, 0x100f)->name, "jitted");
	px_symbol_table_free(table);
	table = NULL;
	err = px_symfs_perf_map(tree->symfs, "/tmp/perf-13.map", &table);
	assert_int_equal(err->code, PX_ERR_NOT_FOUND);
	assert_null(table);
	px_error_free(err);
}

static void test_folders(void **state)
{
	const struct px_symfs_options missing = {.folder = "/nonexistent"};
	const struct px_symfs_options none = {.debug = "/nonexistent"};
	struct px_symfs *symfs = NULL;
	struct px_program *program = NULL;
	struct px_error *err = px_symfs_new(&missing, &symfs);

	assert_int_equal(err->code, PX_ERR_SYSTEM);
	assert_null(symfs);
	px_error_free(err);
	assert_null(px_symfs_new(&none, &symfs));
	assert_int_equal(px_symfs_find(symfs, "/bin/one", NULL, &program), PX_SYMFS_NO_FOLDER);
	assert_non_null(px_symfs_message(symfs));
	assert_null(program);
	px_symfs_free(symfs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ways_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_programs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_large, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_build_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_perf_map, set_up, tear_down),
		cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
