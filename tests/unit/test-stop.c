/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every reason to stop, with real signals and a real command. */
#include "tracer/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

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
	struct px_stop stop;

	assert_null(px_stop_init(&stop, px_now_ns() + 100 * second));
	assert_null(px_stop_start_command(&stop, command));
	assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_COMMAND);
	assert_true(WIFEXITED(stop.command_status));
	assert_int_equal(WEXITSTATUS(stop.command_status), 7);
	px_stop_fini(&stop);
}

static void test_command_is_ended_with_us(void **state)
{
	char *command[] = {WORD("sleep"), WORD("1000"), NULL};
	struct px_stop stop;

	assert_null(px_stop_init(&stop, px_now_ns() + second / 100));
	assert_null(px_stop_start_command(&stop, command));
	assert_int_equal(px_stop_wait(&stop, UINT64_MAX), PX_STOP_DURATION);
	px_stop_fini(&stop);
	assert_true(WIFSIGNALED(stop.command_status));
	assert_int_equal(WTERMSIG(stop.command_status), SIGTERM);
}

static void test_no_such_command(void **state)
{
	char *command[] = {WORD("/nonexistent/command"), NULL};
	struct px_stop stop;
	struct px_error *err;

	assert_null(px_stop_init(&stop, UINT64_MAX));
	err = px_stop_start_command(&stop, command);
	assert_non_null(err);
	assert_string_equal(err->message,
			    "cannot run /nonexistent/command: No such file or directory");
	px_error_free(err);
	px_stop_fini(&stop);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
