/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a confined command can write: its caches, and its output while that is to be created.
 */
#include "guest/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* The number of the line is the status of the child. */
#define EXPECT(condition)                      \
	do {                                   \
		if (!(condition))              \
			_exit(__LINE__ % 256); \
	} while (0)

struct world {
	char folder[32]; /* with "home" and "elsewhere" */
	bool rules;	 /* the kernel restricts the use of files */
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	snprintf(w->folder, sizeof(w->folder), "/tmp/px-confine-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(chdir(w->folder), 0);
	assert_int_equal(mkdir("home", 0755), 0);
	assert_int_equal(mkdir("elsewhere", 0755), 0);
	w->rules = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"home/.debug/new",
					    "home/.cache/perf-xen/kernels/new", "perf.data",
					    "elsewhere/perf.data", "link"};
	static const char *const folders[] = {"home/.debug",
					      "home/.cache/perf-xen/kernels",
					      "home/.cache/perf-xen",
					      "home/.cache",
					      "home",
					      "elsewhere"};
	struct world *w = *state;

	for (size_t i = 0; i < px_array_size(files); i++)
		unlink(files[i]);
	for (size_t i = 0; i < px_array_size(folders); i++)
		rmdir(folders[i]);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(w->folder), 0);
	free(w);
	return 0;
}

static void run(void (*child)(const struct world *w), const struct world *w)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		char home[64];

		snprintf(home, sizeof(home), "%s/home", w->folder);
		setenv("HOME", home, 1);
		unsetenv("XDG_CACHE_HOME");
		unsetenv("PERF_BUILDID_DIR");
		child(w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		fail_msg("status 0x%x", (unsigned int)status);
}

static bool can_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void caches(const struct world *w)
{
	EXPECT(px_confine(&(struct px_confinement){0}) == NULL);
	EXPECT(can_create("home/.debug/new"));
	EXPECT(can_create("home/.cache/perf-xen/kernels/new"));
	EXPECT(can_create("perf.data") == !w->rules);
}

static void test_caches(void **state)
{
	run(caches, *state);
}

/* Also through a link to another folder, as /dev/stdout can be. */
static void output(const struct world *w)
{
	int fd = open("elsewhere/perf.data", O_WRONLY | O_CREAT, 0600);

	EXPECT(fd >= 0 && symlink("elsewhere/perf.data", "link") == 0);
	EXPECT(px_confine(&(struct px_confinement){.output = "link"}) == NULL);
	EXPECT(can_create("link"));
	EXPECT(can_create("perf.data"));
	EXPECT(px_confine(&(struct px_confinement){0}) == NULL);
	EXPECT(can_create("perf.data") == !w->rules);
	EXPECT(can_create("link") == !w->rules);
	EXPECT(can_create("home/.debug/new"));
}

static void test_output(void **state)
{
	run(output, *state);
}

/* As under sudo: nothing of root's is left in the home of somebody else. */
static void foreign_home(const struct world *w)
{
	EXPECT(chown("home", 12345, 12345) == 0);
	EXPECT(px_confine(&(struct px_confinement){0}) == NULL);
	EXPECT(access("home/.debug", F_OK) != 0 && access("home/.cache", F_OK) != 0);
	EXPECT(mkdir("home/.debug", 0755) != 0 && errno == EACCES);
}

static void test_foreign_home(void **state)
{
	if (geteuid() != 0) {
		print_message("only root can give files away\n");
		skip();
	}
	run(foreign_home, *state);
}

static void homeless(const struct world *w)
{
	unsetenv("HOME");
	EXPECT(px_confine(&(struct px_confinement){.output = "-"}) == NULL);
	EXPECT(can_create("perf.data") == !w->rules);
}

static void test_no_home(void **state)
{
	run(homeless, *state);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(caches),
		test(output),
		test(foreign_home),
		test(no_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
