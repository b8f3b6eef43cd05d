/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf's build-id cache: where files go, what stays, what hostile names become; ELF by readelf.
 */
#include "lib/buildid-cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "lib/symbol-image.h"

static const struct px_build_id id = {
	20, {0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}};
#define ID_HEX "abcdef0102030405060708090a0b0c0d0e0f1011"
#define LINK   ".build-id/ab/cdef0102030405060708090a0b0c0d0e0f1011"

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static int setup(void **state)
{
	char *folder = NULL;

	if (asprintf(&folder, "%s/px-XXXXXX", getenv("TMPDIR") ?: "/tmp") < 0)
		return -1;
	*state = folder;
	return mkdtemp(folder) ? 0 : -1;
}

/* Output of a shell command, to be freed. */
static char *run(const char *fmt, const char *folder)
{
	char command[512], *text = calloc(1, 65536);
	FILE *out;

	snprintf(command, sizeof(command), fmt, folder);
	out = popen(command, "r");
	assert_non_null(out);
	text[fread(text, 1, 65535, out)] = '\0';
	assert_int_equal(pclose(out), 0);
	return text;
}

static int teardown(void **state)
{
	free(run("rm -rf %s", *state));
	free(*state);
	return 0;
}

static struct px_bytes text_bytes(const char *text)
{
	return px_bytes_of(text, strlen(text));
}

static void assert_contents(const char *folder, const char *path, const char *want)
{
	char command[256], *got;

	snprintf(command, sizeof(command), "cat '%%s/%s'", path);
	got = run(command, folder);
	assert_string_equal(got, want);
	free(got);
}

static void test_folder(void **state)
{
	char *folder = NULL;

	setenv("PERF_BUILDID_DIR", "/a/b", 1);
	check(px_buildid_cache_folder(&folder));
	assert_string_equal(folder, "/a/b");
	free(folder);
	unsetenv("PERF_BUILDID_DIR");
	setenv("HOME", "/home/x", 1);
	check(px_buildid_cache_folder(&folder));
	assert_string_equal(folder, "/home/x/.debug");
	free(folder);
}

static void test_add_once(void **state)
{
	const char *folder = *state;

	assert_false(px_buildid_cache_has(folder, &id, PX_BUILDID_KALLSYMS));
	for (int i = 0; i < 2; i++)
		check(px_buildid_cache_add(folder, PX_KERNEL_IMAGE_NAME, &id,
					   PX_BUILDID_KALLSYMS,
					   text_bytes(i ? "second\n" : "first\n")));
	assert_true(px_buildid_cache_has(folder, &id, PX_BUILDID_KALLSYMS));
	assert_false(px_buildid_cache_has(folder, &id, PX_BUILDID_ELF));
	assert_contents(folder, LINK "/kallsyms", "first\n");
	assert_contents(folder, "[kernel.kallsyms]/" ID_HEX "/kallsyms", "first\n");
}

static void test_add_path(void **state)
{
	const char *folder = *state;
	char *files;

	check(px_buildid_cache_add(folder, "/lib/modules/6.1/x.ko", &id, PX_BUILDID_ELF,
				   text_bytes("elf")));
	assert_contents(folder, LINK "/elf", "elf");
	files = run("cd %s && find . ! -type d | sort", folder);
	assert_string_equal(files, "./" LINK "\n./lib/modules/6.1/x.ko/" ID_HEX "/elf\n");
	free(files);
}

/* A file that waits under the name that ours has until it is complete stays as it is. */
static void test_planted(void **state)
{
	static int (*const plant[])(const char *target, const char *path) = {link, symlink};
	const struct px_bytes ours = text_bytes("ours");
	const char *folder = *state;
	char path[256], other[256], waiting[300];

	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(waiting, sizeof(waiting), "%s.%ld", path, (long)getpid());
	free(run("echo theirs > %s/other", folder));
	for (size_t i = 0; i < px_array_size(plant); i++) {
		assert_int_equal(plant[i](other, waiting), 0);
		check(px_file_replace(path, &ours, 1, 0644, 0755));
		assert_contents(folder, "file", "ours");
		assert_contents(folder, "other", "theirs\n");
		assert_int_equal(access(waiting, F_OK), -1);
	}
}

static void expect_refused(const char *folder, const char *name,
			   const struct px_build_id *build_id)
{
	struct px_error *err =
		px_buildid_cache_add(folder, name, build_id, PX_BUILDID_ELF, text_bytes("x"));

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	px_error_free(err);
}

static void test_refused(void **state)
{
	const struct px_build_id none = {0};

	expect_refused(*state, "/lib/../../x", &id);
	expect_refused(*state, "relative", &id);
	expect_refused(*state, "[xen_netfront]", &id);
	expect_refused(*state, "/lib/x", &none);
}

static void test_unwritable(void **state)
{
	struct px_error *err = px_buildid_cache_add("/proc/none", "/lib/x", &id, PX_BUILDID_ELF,
						    text_bytes("x"));

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_SYSTEM);
	px_error_free(err);
}

static void test_module_path(void **state)
{
	char path[PX_MODULE_PATH_MAX], long_name[1000];

	assert_string_equal(px_module_path("6.1.0-42-amd64", "xen_netfront", path),
			    "/lib/modules/6.1.0-42-amd64/xen_netfront.ko");
	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_true(strlen(px_module_path(long_name, long_name, path)) < PX_MODULE_PATH_MAX);
	for (unsigned int c = 1; c < 256; c++) {
		char name[] = {(char)c, '.', (char)c, '.', '.', '\0'};
		const char *made = px_module_path(name, name, path);

		assert_null(strstr(made, ".."));
		assert_int_equal(strspn(made, "/-+._~abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
				 strlen(made));
		assert_non_null(strchr(made + strlen("/lib/modules/"), '/'));
		assert_ptr_equal(strchr(made + strlen("/lib/modules/"), '/'),
				 strrchr(made, '/'));
	}
	assert_string_equal(px_module_path("", "", path), "/lib/modules/unknown/unknown.ko");
}

static void test_kallsyms(void **state)
{
	struct px_buffer b = {0};

	px_kallsyms_add(&b, 0xffffffff81000000, 'T', "_text");
	px_kallsyms_add(&b, 1, 't', "two words");
	px_kallsyms_add(&b, 1, 't', "module\t[x]");
	px_kallsyms_add(&b, 1, 't', "line\n");
	px_kallsyms_add(&b, 1, 't', "");
	px_kallsyms_add(&b, 1, ' ', "type");
	px_kallsyms_add(&b, 0x1f, 't', "last");
	px_buffer_zero(&b, 1);
	assert_string_equal((char *)b.data,
			    "ffffffff81000000 T _text\n000000000000001f t last\n");
	px_buffer_fini(&b);
}

static void test_image(void **state)
{
	const char *folder = *state;
	struct px_symbol_image image = {0};
	struct px_buffer bytes = {0};
	char *got;

	px_symbol_image_add(&image, 0x10, 0x20, "alpha");
	px_symbol_image_add(&image, 0x30, 0x400, "beta.cold");
	check(px_symbol_image_finish(&image, &id, 0x1000, &bytes));
	check(px_buildid_cache_add(folder, "/x", &id, PX_BUILDID_ELF, px_buffer_bytes(&bytes)));
	got = run("readelf -nsSW %s/" LINK
		  "/elf 2>&1 | grep -E 'Build ID|FUNC|NOBITS|rror|arning' | "
		  "sed 's/  */ /g; s/^ *//; s/.*Build/Build/'",
		  folder);
	assert_string_equal(got,
			    "[ 2] .text NOBITS 0000000000000000 000068 001000 00 AX 0 0 16\n"
			    "1: 0000000000000010 32 FUNC LOCAL DEFAULT 2 alpha\n"
			    "2: 0000000000000030 1024 FUNC LOCAL DEFAULT 2 beta.cold\n"
			    "Build ID: " ID_HEX "\n");
	free(got);
	px_buffer_fini(&bytes);
	px_symbol_image_fini(&image);
}

static void test_derived_id(void **state)
{
	static const char *const names[] = {"alpha", "alpha", "alphb"};
	struct px_build_id derived[3];

	for (size_t i = 0; i < 3; i++) {
		struct px_symbol_image image = {0};

		px_symbol_image_add(&image, 0x10, 0x20, names[i]);
		px_symbol_image_derive_id(&image, &derived[i]);
		px_symbol_image_fini(&image);
	}
	assert_int_equal(derived[0].size, 20);
	assert_true(px_build_id_equal(&derived[0], &derived[1]));
	assert_false(px_build_id_equal(&derived[0], &derived[2]));
}

#define with_folder(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),	   with_folder(test_add_once),
		with_folder(test_add_path),	   with_folder(test_refused),
		with_folder(test_planted),	   with_folder(test_refused),
		with_folder(test_unwritable),	   cmocka_unit_test(test_module_path),
		cmocka_unit_test(test_kallsyms),   with_folder(test_image),
		cmocka_unit_test(test_derived_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
