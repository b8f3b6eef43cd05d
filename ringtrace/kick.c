/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and writing netback's debug files. */
#include "ringtrace/kick.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/memory.h"
#include "ringtrace/verdict.h"

enum {
	FILES_MAX = 512,
};

#define NETBACK "sys/kernel/debug/xen-netback"

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* A number after a prefix, and nothing behind it. */
static bool parse_name(const char *name, const char *prefix, uint32_t *ret)
{
	char proper[64];

	if (strncmp(name, prefix, strlen(prefix)) != 0 ||
	    sscanf(name + strlen(prefix), "%u", ret) != 1)
		return false;
	snprintf(proper, sizeof(proper), "%s%u", prefix, *ret);
	return !strcmp(name, proper);
}

static struct px_error *add_file(struct px_kick *kick, uint32_t vif, uint32_t queue,
				 const char *path)
{
	struct px_error *err = px_array_grow(kick->files, kick->count, kick->capacity);
	int fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		kick->files[kick->count++] = (struct px_kick_file){vif, queue, fd};
	return NULL;
}

static struct px_error *add_queues(struct px_kick *kick, uint32_t vif, const char *path)
{
	DIR *folder px_cleanup(close_folder) = opendir(path);
	struct px_error *err = NULL;
	struct dirent *entry;
	uint32_t queue;
	char file[192];

	while (!err && folder && kick->count < FILES_MAX && (entry = readdir(folder))) {
		if (!parse_name(entry->d_name, "io_ring_q", &queue))
			continue;
		snprintf(file, sizeof(file), "%s/io_ring_q%u", path, queue);
		err = add_file(kick, vif, queue, file);
	}
	return err;
}

struct px_error *px_kick_open(const char *folder, uint32_t domain, struct px_kick *ret)
{
	char path[128], prefix[24], device[160];
	DIR *devices px_cleanup(close_folder) = NULL;
	struct px_error *err = NULL;
	struct dirent *entry;
	uint32_t vif;

	snprintf(path, sizeof(path), "%s/" NETBACK, folder);
	snprintf(prefix, sizeof(prefix), "vif%u.", domain);
	devices = opendir(path);
	while (!err && devices && (entry = readdir(devices))) {
		if (!parse_name(entry->d_name, prefix, &vif))
			continue;
		snprintf(device, sizeof(device), "%s/%s%u", path, prefix, vif);
		err = add_queues(ret, vif, device);
	}
	return err;
}

void px_kick_close(struct px_kick *kick)
{
	for (size_t i = 0; i < kick->count; i++)
		close(kick->files[i].fd);
	free(kick->files);
	*kick = (struct px_kick){0};
}

static const struct px_kick_file *find(const struct px_kick *kick, uint32_t vif, uint32_t queue)
{
	for (size_t i = 0; i < kick->count; i++)
		if (kick->files[i].vif == vif && kick->files[i].queue == queue)
			return &kick->files[i];
	return NULL;
}

/* Whom the first fault of a ring that an event may help names. */
static enum px_wake wake_of(const struct px_rings *rings, const struct px_ring_device *device,
			    const struct px_ring *ring)
{
	struct px_verdicts verdicts = {0};

	px_verdicts_of_ring(rings, device, ring, &verdicts);
	for (size_t i = 0; i < verdicts.count; i++)
		if (verdicts.verdicts[i].rule->wake != PX_WAKE_NOBODY)
			return verdicts.verdicts[i].rule->wake;
	return PX_WAKE_NOBODY;
}

static void mark(struct px_ring *ring)
{
	if (ring->reading_count < PX_READINGS_MAX)
		ring->readings[ring->reading_count].kicked = true;
}

static bool is_marked(const struct px_ring *ring)
{
	return ring->reading_count < PX_READINGS_MAX &&
	       ring->readings[ring->reading_count].kicked;
}

/* One write wakes both directions. */
static void mark_queue(struct px_ring_device *device, uint32_t queue)
{
	for (size_t i = 0; i < device->ring_count; i++)
		if (device->rings[i].queue == queue)
			mark(&device->rings[i]);
}

static struct px_error *wake_netback(const struct px_kick *kick, struct px_ring_device *device,
				     const struct px_ring *ring, bool *kicked_ret)
{
	static const char word[] = "kick";
	const struct px_kick_file *file = NULL;
	char name[64];

	px_ring_name(device, ring, name, sizeof(name));
	if (device->class == PX_DEVICE_VIF)
		file = find(kick, device->id, ring->queue);
	if (!file) {
		px_warn("%s: its back end cannot be woken: it is not dom0's netback, or debugfs "
			"is not mounted",
			name);
		return NULL;
	}
	px_info("%s: waking netback: \"%s\" to the debug file of the queue", name, word);
	if (write(file->fd, word, sizeof(word) - 1) < 0)
		return px_error_system(errno, "cannot wake netback for %s", name);
	mark_queue(device, ring->queue);
	*kicked_ret = true;
	return NULL;
}

static struct px_error *wake_guest(struct px_event_channels *channels,
				   const struct px_ring_device *device, struct px_ring *ring,
				   bool *kicked_ret)
{
	const struct px_ring_reading *last = &ring->readings[ring->reading_count - 1];
	struct px_error *err;
	bool sent = false;
	char name[64];

	px_ring_name(device, ring, name, sizeof(name));
	if (device->back_domain != 0 || !last->back_port.port.known) {
		px_warn("%s: the guest cannot be woken: dom0 has no end of its channel", name);
		return NULL;
	}
	px_info("%s: waking the guest: an event on port %" PRIu64 " of dom0", name,
		last->back_port.port.value);
	err = px_event_channels_kick(channels, (uint32_t)last->back_port.port.value,
				     (uint32_t)last->front_port.port.value, &sent);
	if (err)
		return err;
	if (sent)
		mark(ring);
	else
		px_warn("%s: that port is not bound to the guest's any more", name);
	*kicked_ret |= sent;
	return NULL;
}

struct px_error *px_kick_faulty(const struct px_kick *kick, struct px_event_channels *channels,
				struct px_rings *rings, bool *kicked_ret)
{
	struct px_error *err = NULL;

	for (size_t i = 0; i < rings->device_count; i++) {
		struct px_ring_device *device = &rings->devices[i];

		for (size_t j = 0; !err && j < device->ring_count; j++) {
			struct px_ring *ring = &device->rings[j];
			enum px_wake wake = wake_of(rings, device, ring);

			if (wake == PX_WAKE_BACK && !is_marked(ring))
				err = wake_netback(kick, device, ring, kicked_ret);
			else if (wake == PX_WAKE_FRONT)
				err = wake_guest(channels, device, ring, kicked_ret);
		}
	}
	return err;
}
