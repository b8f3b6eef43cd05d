/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel under us tells of its back ends in files. */
#include "guest/backend-files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/netback-debug.h"
#include "lib/memory.h"

enum {
	PATH_SIZE = 512,
	TEXT_SIZE = 4096, /* of any of these files */
};

/* A folder below that which stands before /sys; -1 and errno when it is not there. */
px_printf(1, 2) static int open_folder(const char *format, ...)
{
	char path[PATH_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	if (length < 0 || length >= PATH_SIZE) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A file's beginning, terminated; false and errno when it cannot be read, and "" then. */
static bool read_file(int folder, const char *name, char text[TEXT_SIZE])
{
	px_cleanup(px_closep) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? 1 : -1;
	size_t size = 0;

	while (n > 0 && size < TEXT_SIZE - 1) {
		do
			n = read(fd, text + size, TEXT_SIZE - 1 - size);
		while (n < 0 && errno == EINTR);
		if (n > 0)
			size += (size_t)n;
	}
	text[n < 0 ? 0 : size] = '\0';
	return n >= 0;
}

/* --- netback's queues --------------------------------------------------------------------- */

/* Queue i of the interface; false when there is no such file, or no such text. One that is
 * there and cannot be read, as in a kernel that is locked down, is noted. */
static bool read_queue(int folder, size_t i, struct px_netback_queue *ret,
		       char lacks[PX_DRIVER_LACKS_MAX])
{
	char name[32], text[TEXT_SIZE];

	snprintf(name, sizeof(name), "io_ring_q%zu", i);
	if (!read_file(folder, name, text)) {
		if (errno != ENOENT)
			px_driver_lack(lacks, "netback's debug file %s: %s", name,
				       strerror(errno));
		return false;
	}
	return px_netback_debug_parse(px_bytes_of(text, strlen(text)), ret);
}

static struct px_error *read_queues(int folder, struct px_netback *back)
{
	struct px_netback_queue queue = {0};
	struct px_error *err = NULL;
	size_t capacity = 0;

	while (!err && back->queue_count < PX_DRIVER_QUEUES_MAX &&
	       read_queue(folder, back->queue_count, &queue, back->lacks)) {
		err = px_array_grow(back->queues, back->queue_count, capacity);
		if (!err)
			back->queues[back->queue_count++] = queue;
	}
	return err;
}

struct px_error *px_backend_files_netback(const char *folder, uint32_t domid, uint32_t handle,
					  struct px_netback *ret)
{
	struct px_netback back = {0};
	struct px_error *err = NULL;
	px_cleanup(px_closep) int files =
		open_folder("%s/sys/kernel/debug/xen-netback/vif%" PRIu32 ".%" PRIu32, folder,
			    domid, handle);

	if (files < 0)
		px_driver_lack(back.lacks, "netback's debug folder: %s", strerror(errno));
	else
		err = read_queues(files, &back);
	if (err) {
		px_netback_fini(&back);
		return err;
	}
	back.domid = PX_FACT(domid);
	back.handle = PX_FACT(handle);
	if (!back.queue_count)
		px_driver_lack(back.lacks, "netback's debug files show no queue");
	*ret = back;
	return NULL;
}

/* --- numbers in files --------------------------------------------------------------------- */

/* A file of one number, or Y or N. */
static struct px_fact read_fact(int folder, const char *name)
{
	char text[TEXT_SIZE], *end = NULL;
	struct px_fact fact = {0};

	read_file(folder, name, text);
	if (text[0] == 'Y' || text[0] == 'N')
		return PX_FACT(text[0] == 'Y');
	errno = 0;
	if (isdigit((unsigned char)text[0]))
		fact.value = strtoull(text, &end, 10);
	fact.known = end && !errno && (*end == '\n' || *end == '\0');
	return fact.known ? fact : (struct px_fact){0};
}

struct px_xenbus_counters px_backend_files_counters(const char *folder, const char *device)
{
	px_cleanup(px_closep) int files =
		open_folder("%s/sys/bus/xen-backend/devices/%s/xenbus", folder, device);

	return (struct px_xenbus_counters){
		.event_channels = read_fact(files, "event_channels"),
		.events = read_fact(files, "events"),
		.spurious_events = read_fact(files, "spurious_events"),
		.jiffies_eoi_delayed = read_fact(files, "jiffies_eoi_delayed"),
		.spurious_threshold = read_fact(files, "spurious_threshold"),
	};
}

struct px_netback_parameters px_backend_files_netback_parameters(const char *folder)
{
	px_cleanup(px_closep) int files =
		open_folder("%s/sys/module/xen_netback/parameters", folder);

	return (struct px_netback_parameters){
		.rx_drain_timeout_msecs = read_fact(files, "rx_drain_timeout_msecs"),
		.rx_stall_timeout_msecs = read_fact(files, "rx_stall_timeout_msecs"),
		.separate_tx_rx_irq = read_fact(files, "separate_tx_rx_irq"),
		.max_queues = read_fact(files, "max_queues"),
		.fatal_skb_slots = read_fact(files, "fatal_skb_slots"),
	};
}
