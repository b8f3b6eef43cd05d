/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live store, with a daemon that takes connections and says nothing. */
#include "guest/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/clock.h"

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void expect_no_answer(struct px_store *store, double least, double most)
{
	struct px_store_value value;
	enum px_store_outcome outcome;
	uint64_t start = px_now_ns();
	struct px_error *err = px_store_read(store, "/local/domain/1/name", &value, &outcome);
	double seconds = (double)(px_now_ns() - start) / 1e9;

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_NO_ANSWER);
	assert_true(seconds >= least && seconds < most);
	px_error_free(err);
}

static void test_silent(void **state)
{
	char folder[] = "/tmp/px-store-XXXXXX", path[64];
	struct px_store *store = NULL;
	int fd;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	fd = listen_at(path);
	setenv("XENSTORED_PATH", path, 1);
	assert_null(px_store_open_xen(&store));
	expect_no_answer(store, 1, 20);
	/* It is not asked again. */
	expect_no_answer(store, 0, 1);
	px_store_close(store);
	close(fd);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_silent)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
