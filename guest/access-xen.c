/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the hypervisor's interfaces, and what its refusals mean. */
#include "guest/xen-private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenstore.h>

#define PRIVCMD "/dev/xen/privcmd"

enum {
	STORE_SECONDS = 5,
	DESCRIPTORS = 256, /* more than are open when a command begins */
};

static void drop_message(struct xentoollog_logger *logger px_unused,
			 xentoollog_level level px_unused, int errno_value px_unused,
			 const char *context px_unused, const char *format px_unused,
			 va_list args px_unused)
{
}

static void drop_progress(struct xentoollog_logger *logger px_unused,
			  const char *context px_unused, const char *what px_unused,
			  int percent px_unused, unsigned long done px_unused,
			  unsigned long total px_unused)
{
}

static void destroy_nothing(struct xentoollog_logger *logger px_unused)
{
}

/* The libraries take it writable and only call through it. */
struct xentoollog_logger *px_xen_silent_logger(void)
{
	static const struct xentoollog_logger silent = {
		.vmessage = drop_message,
		.progress = drop_progress,
		.destroy = destroy_nothing,
	};

	return (struct xentoollog_logger *)(uintptr_t)&silent;
}

/* Why the device cannot be opened; the library's own errno does not survive its clean-up. */
static struct px_error *explain_open(int library_errno)
{
	int fd = open(PRIVCMD, O_RDWR | O_CLOEXEC);
	int why = fd < 0 ? errno : library_errno;

	if (fd >= 0)
		close(fd);
	switch (why) {
	case EACCES:
	case EPERM:
		return px_error_new(PX_ERR_PERMISSION,
				    "no permission to open " PRIVCMD "; run as root");
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return px_error_new(PX_ERR_NOT_ON_XEN,
				    "there is no " PRIVCMD
				    ": this is not the dom0 of a Xen host, or the kernel "
				    "module xen-privcmd is not loaded");
	default:
		return px_error_system(why, "cannot open the hypervisor's interface " PRIVCMD);
	}
}

/* Any operation of the toolstack shows whether we may, and whether versions agree. */
static struct px_error *try_access(xc_interface *control)
{
	xc_domaininfo_t info;

	if (xc_domain_getinfolist(control, 0, 1, &info) >= 0)
		return NULL;
	switch (errno) {
	case EACCES:
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "the hypervisor speaks another version of the toolstack's "
				    "interface than the Xen libraries that perf-xen was "
				    "linked with; use the libraries of the running Xen");
	case EPERM:
	case ENOSYS:
		return px_error_new(PX_ERR_NOT_ON_XEN,
				    "the hypervisor does not let this domain control others; "
				    "run in dom0");
	default:
		return px_error_system(errno, "cannot list domains");
	}
}

struct px_error *px_xen_access_open(struct xc_interface_core **ret)
{
	xc_interface *control = xc_interface_open(px_xen_silent_logger(), NULL, 0);
	struct px_error *err;

	if (!control)
		return explain_open(errno);
	err = try_access(control);
	if (err) {
		xc_interface_close(control);
		return err;
	}
	*ret = control;
	return NULL;
}

/* Whether a descriptor is a connection to the socket at path. */
static bool leads_to(int fd, const struct stat *socket)
{
	struct sockaddr_un peer = {0};
	socklen_t size = sizeof(peer) - 1;
	struct stat found;

	return getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
	       peer.sun_family == AF_UNIX && stat(peer.sun_path, &found) == 0 &&
	       found.st_dev == socket->st_dev && found.st_ino == socket->st_ino;
}

/* The library does not say which descriptor it uses (xs_fileno is another). Where xenstored is
 * reached through the kernel instead, there is no such limit. */
static void limit_waiting(void)
{
	const struct timeval patience = {.tv_sec = STORE_SECONDS};
	struct stat socket;

	if (stat(xs_daemon_socket(), &socket) != 0)
		return;
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (leads_to(fd, &socket))
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

struct connecting {
	struct xs_handle *store;
	int problem; /* errno; without a store */
};

static void *connect_store(void *context)
{
	struct connecting *connecting = context;

	connecting->store = xs_open(0);
	connecting->problem = errno;
	return NULL;
}

/* Wait for the thread; 0, or why not. */
static int join_within(pthread_t thread, time_t seconds)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += seconds;
	return pthread_timedjoin_np(thread, NULL, &end);
}

/*
 * A daemon that has stopped takes some connections, which wait in its queue, and further ones
 * wait to get there, without a limit. Such a one is left to a thread that ends with us.
 */
struct xs_handle *px_xen_store_connect(void)
{
	struct connecting *connecting = calloc(1, sizeof(*connecting));
	struct xs_handle *store;
	pthread_t thread;
	int problem;

	if (!connecting)
		return NULL;
	problem = pthread_create(&thread, NULL, connect_store, connecting);
	if (problem) {
		free(connecting);
		errno = problem;
		return NULL;
	}
	problem = join_within(thread, STORE_SECONDS);
	if (problem) {
		pthread_detach(thread);
		errno = problem;
		return NULL;
	}
	store = connecting->store;
	errno = connecting->problem;
	free(connecting);
	if (store)
		limit_waiting();
	return store;
}

struct px_error *px_xen_error(int errno_value, uint32_t domain, const char *what)
{
	switch (errno_value) {
	case ESRCH:
		return px_error_new(PX_ERR_DOMAIN_GONE, "domain %u is gone", domain);
	case EACCES:
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "cannot %s domain %u: the hypervisor speaks another "
				    "version of the domain control interface",
				    what, domain);
	case EPERM:
		return px_error_new(PX_ERR_PERMISSION,
				    "cannot %s domain %u: the hypervisor does not permit it",
				    what, domain);
	case EOVERFLOW:
		return px_error_new(PX_ERR_LIMIT,
				    "cannot %s domain %u: others hold too many pauses of it",
				    what, domain);
	default:
		return px_error_system(errno_value, "cannot %s domain %u", what, domain);
	}
}
