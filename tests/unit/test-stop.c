/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every reason to stop, with real signals and a real command. */
#include "lib/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/clock.h"
#include "lib/privileges.h"

#define WORD(text) ((char[]){text})

static const uint64_t second = 1000000000u;

static void test_deadline(void **state)
{
	struct px_stop stop;
	uint64_t deadline = px_now_ns() + second / 100;

	assert_null(px_stop_init(&stop, UINT64_MAX));
	assert_int_equal(px_stop_wait(&stop, deadline), PX_STOP_NOT_YET);
	assert_true(px_now_ns() >= deadline);
	px_stop_fini(&stop);
}

static void test_duration(void **state)
{
	struct px_stop stop;

	assert_null(px_stop_init(&stop, px_now_ns() + second / 100));
	assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_DURATION);
	px_stop_fini(&stop);
}

static void test_signals(void **state)
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < px_array_size(signals); i++) {
		struct px_stop stop;

		assert_null(px_stop_init(&stop, px_now_ns() + 100 * second));
		kill(getpid(), signals[i]);
		assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_SIGNAL);
		px_stop_fini(&stop);
	}
}

static void test_command_exits(void **state)
{
	char *command[] = {WORD("sh"), WORD("-c"), WORD("exit 7"), NULL};
	struct px_child child;
	struct px_stop stop;

	assert_null(px_child_fork(command, &child));
	assert_null(px_stop_init(&stop, px_now_ns() + 100 * second));
	assert_null(px_stop_start_command(&stop, &child, command[0]));
	assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_COMMAND);
	assert_true(WIFEXITED(stop.command_status));
	assert_int_equal(WEXITSTATUS(stop.command_status), 7);
	px_stop_fini(&stop);
}

static void test_command_is_ended_with_us(void **state)
{
	char *command[] = {WORD("sleep"), WORD("1000"), NULL};
	struct px_child child;
	struct px_stop stop;

	assert_null(px_child_fork(command, &child));
	assert_null(px_stop_init(&stop, px_now_ns() + second / 100));
	assert_null(px_stop_start_command(&stop, &child, command[0]));
	assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_DURATION);
	px_stop_fini(&stop);
	assert_true(WIFSIGNALED(stop.command_status));
	assert_int_equal(WTERMSIG(stop.command_status), SIGTERM);
}

static void test_no_such_command(void **state)
{
	char *command[] = {WORD("/nonexistent/command"), NULL};
	struct px_child child;
	struct px_stop stop;
	struct px_error *err;

	assert_null(px_child_fork(command, &child));
	assert_null(px_stop_init(&stop, UINT64_MAX));
	err = px_stop_start_command(&stop, &child, command[0]);
	assert_non_null(err);
	assert_string_equal(err->message,
			    "cannot run /nonexistent/command: No such file or directory");
	px_error_free(err);
	px_stop_fini(&stop);
}

/* It waits, without our files, and ends when it is not wanted. */
static void test_command_waits(void **state)
{
	char path[64] = "/tmp/px-stop-XXXXXX", byte;
	char *command[] = {WORD("rm"), path, NULL};
	struct px_child child;
	int fd = mkstemp(path), ends[2], status;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_null(px_child_fork(command, &child));
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	assert_int_equal(access(path, F_OK), 0);
	status = px_child_end(&child);
	assert_true(status == 0 || status == SIGTERM);
	assert_int_equal(px_child_end(&child), -1);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
}

/* Its maker is gone: nothing is left of it. */
static void test_command_without_maker(void **state)
{
	char *command[] = {WORD("sleep"), WORD("1000"), NULL};
	struct px_child child;
	int status = -1;

	assert_null(px_child_fork(command, &child));
	close(child.release);
	child.release = -1;
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_int_equal(status, 0);
	px_child_end(&child);
}

/* What is left to a recorder that has given up its privileges, of a command that is released
 * then: to see it end, and to end it. */
static void confined(void)
{
	char *command[] = {WORD("sh"), WORD("-c"), WORD("exit 7"), NULL};
	char *other[] = {WORD("sleep"), WORD("1000"), NULL};
	struct px_child child, second_child;
	struct px_privileges keep = {.duty = PX_DUTY_GUEST};
	struct px_stop stop;

	if (px_child_fork(command, &child) || px_child_fork(other, &second_child))
		_exit(1);
	keep.command = second_child.pid;
	if (px_privileges_drop(&keep) || px_stop_init(&stop, px_now_ns() + 100 * second) ||
	    px_stop_start_command(&stop, &child, "sh"))
		_exit(2);
	if (px_stop_wait(&stop, UINT64_MAX) != PX_STOP_COMMAND ||
	    WEXITSTATUS(stop.command_status) != 7)
		_exit(3);
	if (px_child_release(&second_child, "sleep") || px_child_end(&second_child) != SIGTERM)
		_exit(4);
	px_stop_fini(&stop);
	_exit(0);
}

static void test_without_privileges(void **state)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		confined();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_command_exits),
		cmocka_unit_test(test_command_is_ended_with_us),
		cmocka_unit_test(test_no_such_command),
		cmocka_unit_test(test_command_waits),
		cmocka_unit_test(test_command_without_maker),
		cmocka_unit_test(test_without_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
