/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said where the hypervisor cannot be reached. The functions of Xen's library and
 * open() are this file's, so that they fail as they do elsewhere.
 */
#include "guest/xen-private.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

static int open_errno; /* of the device; 0: it opens */
static int list_errno; /* of the first operation; 0: it works */
static unsigned int handles;

struct xc_interface_core *xc_interface_open(struct xentoollog_logger *logger,
					    struct xentoollog_logger *other,
					    unsigned int flags);
int xc_interface_close(struct xc_interface_core *control);
int xc_domain_getinfolist(struct xc_interface_core *control, uint32_t first, unsigned int max,
			  void *info);

struct xc_interface_core *xc_interface_open(struct xentoollog_logger *logger,
					    struct xentoollog_logger *other, unsigned int flags)
{
	if (open_errno) {
		errno = EBADF; /* the library's own clean-up */
		return NULL;
	}
	handles++;
	return (struct xc_interface_core *)&handles;
}

int xc_interface_close(struct xc_interface_core *control)
{
	handles--;
	return 0;
}

int xc_domain_getinfolist(struct xc_interface_core *control, uint32_t first, unsigned int max,
			  void *info)
{
	errno = list_errno;
	return list_errno ? -1 : 1;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (!strcmp(path, "/dev/xen/privcmd")) {
		errno = open_errno;
		return -1;
	}
	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* The error is of that kind, and one line that says so. */
static void assert_says(struct px_error *err, enum px_error_code code, const char *text)
{
	assert_non_null(err);
	assert_int_equal(err->code, code);
	assert_non_null(strstr(err->message, text));
	assert_null(strchr(err->message, '\n'));
	px_error_free(err);
	assert_int_equal(handles, 0);
}

static struct px_error *try_open(int device, int operation)
{
	struct xc_interface_core *control = NULL;
	struct px_error *err;

	open_errno = device;
	list_errno = operation;
	err = px_xen_access_open(&control);
	assert_true(err ? !control : !!control);
	return err;
}

static void test_not_root(void **state)
{
	assert_says(try_open(EACCES, 0), PX_ERR_PERMISSION, "run as root");
	assert_says(try_open(EPERM, 0), PX_ERR_PERMISSION, "run as root");
}

static void test_not_on_xen(void **state)
{
	assert_says(try_open(ENOENT, 0), PX_ERR_NOT_ON_XEN, "not the dom0 of a Xen host");
	assert_says(try_open(ENODEV, 0), PX_ERR_NOT_ON_XEN, "not the dom0 of a Xen host");
	/* A guest that has the device. */
	assert_says(try_open(0, EPERM), PX_ERR_NOT_ON_XEN, "run in dom0");
	assert_says(try_open(0, ENOSYS), PX_ERR_NOT_ON_XEN, "run in dom0");
}

static void test_versions_differ(void **state)
{
	assert_says(try_open(0, EACCES), PX_ERR_UNSUPPORTED, "another version");
}

static void test_other_failures(void **state)
{
	assert_says(try_open(EIO, 0), PX_ERR_SYSTEM, "Input/output error");
	assert_says(try_open(0, EIO), PX_ERR_SYSTEM, "Input/output error");
}

static void test_it_works(void **state)
{
	assert_null(try_open(0, 0));
	assert_int_equal(handles, 1);
	handles = 0;
}

static void test_hypercalls(void **state)
{
	assert_says(px_xen_error(ESRCH, 3, "pause"), PX_ERR_DOMAIN_GONE, "domain 3 is gone");
	assert_says(px_xen_error(EACCES, 3, "pause"), PX_ERR_UNSUPPORTED, "another version");
	assert_says(px_xen_error(EPERM, 3, "pause"), PX_ERR_PERMISSION,
		    "cannot pause domain 3");
	assert_says(px_xen_error(EOVERFLOW, 3, "pause"), PX_ERR_LIMIT, "too many pauses");
	assert_says(px_xen_error(EIO, 3, "pause"), PX_ERR_SYSTEM, "cannot pause domain 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_root),	cmocka_unit_test(test_not_on_xen),
		cmocka_unit_test(test_versions_differ), cmocka_unit_test(test_other_failures),
		cmocka_unit_test(test_it_works),	cmocka_unit_test(test_hypercalls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
