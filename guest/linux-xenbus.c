/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of a driver, as Linux's driver core links them (drivers/base/base.h):
 *
 *   struct xenbus_driver   the driver's own variable; in it a struct device_driver, whose
 *     .driver.p            leads to
 *   struct driver_private  in it a klist, whose nodes are in
 *   struct device_private  .knode_driver; .device leads to the struct device in
 *   struct xenbus_device   .dev; .dev.driver_data is what the driver keeps of it
 *
 * A guest that lies gains nothing: of every step the pointer back is checked too.
 */
#include "guest/linux-driver-private.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	DEAD = 1, /* bit of klist_node.n_klist: being removed */
};

/* --- layout ------------------------------------------------------------------------------- */

static const struct px_linux_member device_members[] = {
#define MEMBER(fact, path) PX_LINUX_MEMBER(struct px_xenbus_device, fact, "xenbus_device", path)
	MEMBER(otherend_id, "otherend_id"),
	MEMBER(state, "state"),
	MEMBER(counters.event_channels, "event_channels.counter"),
	MEMBER(counters.events, "events.counter"),
	MEMBER(counters.spurious_events, "spurious_events.counter"),
	MEMBER(counters.jiffies_eoi_delayed, "jiffies_eoi_delayed.counter"),
	MEMBER(counters.spurious_threshold, "spurious_threshold"),
#undef MEMBER
};

_Static_assert(px_array_size(device_members) <= PX_PLACES_MAX, "places");

void px_xenbus_layout_of(const struct px_type_info *types, struct px_xenbus_layout *ret)
{
	struct px_xenbus_layout layout = {0};
	struct px_linux_lookup l = {.types = types};
	uint32_t in_driver = px_linux_need(&l, "device_driver", "p", 8);

	layout.driver = px_linux_need(&l, "xenbus_driver", "driver", 0);
	layout.driver_p = layout.driver + in_driver;
	layout.klist = px_linux_need(&l, "driver_private", "klist_devices", 0);
	layout.klist_list = px_linux_need(&l, "klist", "k_list", 16);
	layout.node_klist = px_linux_need(&l, "klist_node", "n_klist", 8);
	layout.node_links = px_linux_need(&l, "klist_node", "n_node", 16);
	layout.knode = px_linux_need(&l, "device_private", "knode_driver", 0);
	layout.private_device = px_linux_need(&l, "device_private", "device", 8);
	layout.device = px_linux_need(&l, "xenbus_device", "dev", 0);
	layout.device_p = px_linux_need(&l, "xenbus_device", "dev.p", 8);
	layout.device_driver = px_linux_need(&l, "xenbus_device", "dev.driver", 8);
	layout.device_data = px_linux_need(&l, "xenbus_device", "dev.driver_data", 8);
	layout.nodename = px_linux_need(&l, "xenbus_device", "nodename", 8);
	px_linux_members_find(&l, device_members, px_array_size(device_members), layout.places);
	layout.state = px_linux_layout_state_of(&l);
	*ret = layout;
}

/* --- reading ------------------------------------------------------------------------------ */

/* The xenbus_device behind a node of the driver's klist; 0: there is none, or it is a lie. */
static uint64_t device_of_node(const struct px_xenbus_layout *layout,
			       const struct px_linux_reader *reader, uint64_t driver,
			       uint64_t klist, uint64_t links)
{
	uint64_t node = links - layout->node_links;
	uint64_t private = node - layout->knode;
	uint64_t device = px_linux_pointer_at(reader, private, layout->private_device);
	uint64_t found = device - layout->device;

	if (!device ||
	    (px_linux_pointer_at(reader, node, layout->node_klist) & ~(uint64_t)DEAD) !=
		    klist ||
	    px_linux_pointer_at(reader, found, layout->device_p) != private ||
	    px_linux_pointer_at(reader, found, layout->device_driver) !=
		    driver + layout->driver)
		return 0;
	return found;
}

static struct px_error *add_device(const struct px_xenbus_layout *layout,
				   const struct px_linux_reader *reader, uint64_t address,
				   struct px_xenbus_devices *devices)
{
	struct px_xenbus_device device = {.address = address};
	struct px_error *err =
		px_array_grow(devices->devices, devices->count, devices->capacity);

	if (err)
		return err;
	px_linux_members_read(reader, address, device_members, layout->places,
			      px_array_size(device_members), &device);
	device.data = px_linux_pointer_at(reader, address, layout->device_data);
	if (!px_linux_string_at(reader, px_linux_pointer_at(reader, address, layout->nodename),
				device.nodename, sizeof(device.nodename)))
		px_driver_lack(devices->lacks, "a device has no name that can be read");
	else
		devices->devices[devices->count++] = device;
	return NULL;
}

static struct px_error *read_list(const struct px_xenbus_layout *layout,
				  const struct px_linux_reader *reader, uint64_t driver,
				  uint64_t *nodes, struct px_xenbus_devices *devices)
{
	uint64_t private = px_linux_pointer_at(reader, driver, layout->driver_p);
	uint64_t klist = private + layout->klist;
	struct px_error *err = NULL;
	enum px_linux_walk walk;
	size_t count;

	/* Not registered yet, or not any more. */
	if (!private) {
		px_driver_lack(devices->lacks, "the driver is not registered");
		return NULL;
	}
	walk = px_linux_list_read(reader, klist + layout->klist_list, nodes,
				  PX_XENBUS_DEVICES_MAX, &count);
	devices->cut = walk == PX_WALK_CUT;
	devices->torn = walk == PX_WALK_TORN;
	for (size_t i = 0; i < count && !err; i++) {
		uint64_t device = device_of_node(layout, reader, driver, klist, nodes[i]);

		if (device)
			err = add_device(layout, reader, device, devices);
		else
			devices->torn = true;
	}
	return err;
}

struct px_error *px_xenbus_read(const struct px_xenbus_layout *layout,
				const struct px_linux_reader *reader, uint64_t driver,
				struct px_xenbus_devices *ret)
{
	px_cleanup(px_freep) uint64_t *nodes = NULL;
	struct px_xenbus_devices devices = {0};
	struct px_error *err = NULL;

	if (layout->state.known)
		err = px_calloc(PX_XENBUS_DEVICES_MAX, sizeof(*nodes), &nodes);
	if (!err && nodes)
		err = read_list(layout, reader, driver, nodes, &devices);
	if (err) {
		px_xenbus_devices_fini(&devices);
		return err;
	}
	if (devices.torn)
		px_driver_lack(devices.lacks, "the list of devices does not hold still");
	px_driver_lack(devices.lacks, "%s", layout->state.lacks);
	*ret = devices;
	return NULL;
}

void px_xenbus_devices_fini(struct px_xenbus_devices *devices)
{
	free(devices->devices);
	*devices = (struct px_xenbus_devices){0};
}

const struct px_xenbus_device *px_xenbus_devices_find(const struct px_xenbus_devices *devices,
						      const char *nodename)
{
	for (size_t i = 0; i < devices->count; i++)
		if (!strcmp(devices->devices[i].nodename, nodename))
			return &devices->devices[i];
	return NULL;
}
