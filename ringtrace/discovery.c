/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read and added in the same way for every kind of device. */
#include "ringtrace/discovery.h"

#include "lib/memory.h"

struct px_error *px_discovery_number(struct px_discovery *discovery,
				     struct px_ring_device *device, const char *folder,
				     const char *key, struct px_fact *ret)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	uint32_t number = 0;
	struct px_error *err = px_store_number(
		discovery->store, px_store_path("%s/%s", folder, key).text, &number, &outcome);

	if (err)
		return err;
	if (outcome == PX_STORE_NOT_NUMBER)
		err = px_ring_device_note(device, "its key %s in xenstore is no number", key);
	*ret = (struct px_fact){.known = outcome == PX_STORE_OK, .value = number};
	return err;
}

struct px_error *px_discovery_text(struct px_discovery *discovery, const char *folder,
				   const char *key, char **ret)
{
	struct px_store_value value;
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	struct px_error *err = px_store_read(
		discovery->store, px_store_path("%s/%s", folder, key).text, &value, &outcome);

	*ret = NULL;
	if (err || outcome != PX_STORE_OK || !value.is_text)
		return err;
	return px_strdup(value.bytes, ret);
}

struct px_error *px_discovery_queues(struct px_discovery *discovery,
				     struct px_ring_device *device, uint32_t rings_each,
				     uint32_t *ret)
{
	struct px_fact queues = {0};
	struct px_error *err = px_discovery_number(discovery, device, device->front_path,
						   "multi-queue-num-queues", &queues);

	if (err)
		return err;
	*ret = queues.known && queues.value ? (uint32_t)queues.value : 1;
	if (*ret > PX_RING_QUEUES_MAX) {
		device->rings_left_out = (size_t)(*ret - PX_RING_QUEUES_MAX) * rings_each;
		*ret = PX_RING_QUEUES_MAX;
	}
	return NULL;
}

struct px_store_path px_discovery_queue_folder(const struct px_ring_device *device,
					       uint32_t queues, uint32_t queue)
{
	if (queues > 1)
		return px_store_path("%s/queue-%u", device->front_path, queue);
	return px_store_path("%s", device->front_path);
}

struct px_error *px_discovery_add(struct px_discovery *discovery, struct px_ring_device *device,
				  enum px_ring_kind kind, uint32_t queues, uint32_t queue,
				  struct px_ring **ret)
{
	struct px_error *err;

	*ret = NULL;
	if (discovery->ring_count >= PX_RINGS_MAX) {
		device->rings_left_out++;
		return NULL;
	}
	err = px_ring_device_add(device, ret);
	if (err)
		return err;
	discovery->ring_count++;
	(*ret)->kind = kind;
	(*ret)->in_queue = queues > 1;
	(*ret)->queue = queue;
	return NULL;
}

struct px_error *px_discovery_no_ring(struct px_ring_device *device, uint32_t queue)
{
	switch (device->front_state[0]) {
	case PX_XENBUS_INITIALISING:
	case PX_XENBUS_INIT_WAIT:
	case PX_XENBUS_CLOSING:
	case PX_XENBUS_CLOSED:
		return NULL;
	default:
		return px_ring_device_note(device, "xenstore has no ring for queue %u", queue);
	}
}
