/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of a domain and where their ends are. */
#include "ringtrace/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "ringtrace/discover-parts.h"

enum {
	NAMES_MAX = 4096, /* of devices of one class */
};

/* --- both ends -------------------------------------------------------------------------- */

static struct px_error *read_state(struct px_store *store, const char *folder,
				   enum px_xenbus_state *ret)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	uint32_t state = 0;
	struct px_error *err = px_store_number(store, px_store_path("%s/state", folder).text,
					       &state, &outcome);

	if (err)
		return err;
	*ret = outcome == PX_STORE_OK && state <= PX_XENBUS_RECONFIGURED
		       ? (enum px_xenbus_state)state
		       : PX_XENBUS_UNKNOWN;
	return NULL;
}

struct px_error *px_ring_device_states(struct px_store *store, struct px_ring_device *device,
				       size_t number)
{
	struct px_error *err = NULL;

	if (device->has_states)
		err = read_state(store, device->front_path, &device->front_state[number]);
	if (!err && device->has_states && device->back_path)
		err = read_state(store, device->back_path, &device->back_state[number]);
	return err;
}

/* "/local/domain/BACK/backend/TYPE/DOMAIN/ID": a path that is another device's is not ours. */
static bool take_back_path(const struct px_domain *domain, struct px_ring_device *device,
			   const char *path)
{
	uint32_t back, front, id;
	char type[sizeof(device->back_type)], proper[128];

	if (sscanf(path, "/local/domain/%u/backend/%15[a-z0-9_-]/%u/%u", &back, type, &front,
		   &id) != 4)
		return false;
	snprintf(proper, sizeof(proper), "/local/domain/%u/backend/%s/%u/%u", back, type, front,
		 id);
	if (strcmp(path, proper) != 0 || front != domain->id || id != device->id)
		return false;
	device->back_domain = back;
	memcpy(device->back_type, type, sizeof(type));
	return true;
}

static struct px_error *find_back(struct px_discovery *discovery, struct px_ring_device *device)
{
	char *path px_cleanup(px_freep) = NULL;
	struct px_error *err =
		px_discovery_text(discovery, device->front_path, "backend", &path);

	if (err)
		return err;
	if (!path)
		return px_ring_device_note(device, "xenstore does not say where its back end "
						   "is");
	if (!take_back_path(&discovery->rings->domain, device, path))
		return px_ring_device_note(
			device, "what xenstore has for its back end is not this device's");
	device->back_path = path;
	path = NULL;
	return NULL;
}

static struct px_error *find_ends(struct px_discovery *discovery, struct px_ring_device *device,
				  struct px_store_path folder)
{
	struct px_error *err = px_strdup(folder.text, &device->front_path);

	if (!err)
		err = find_back(discovery, device);
	return err ? err : px_ring_device_states(discovery->store, device, 0);
}

/* --- devices ---------------------------------------------------------------------------- */

static struct px_error *add_device(struct px_discovery *discovery, enum px_ring_class class,
				   uint32_t id, struct px_ring_device **ret)
{
	struct px_error *err = px_rings_add(discovery->rings, ret);

	if (err)
		return err;
	(*ret)->class = class;
	(*ret)->id = id;
	return NULL;
}

/* The name that the guest's user knows it by, as the toolstack has noted it. */
static struct px_error *name_disk(struct px_discovery *discovery, struct px_ring_device *device)
{
	char *name px_cleanup(px_freep) = NULL;
	struct px_error *err = NULL;

	if (device->back_path)
		err = px_discovery_text(discovery, device->back_path, "dev", &name);
	if (err || !name || strlen(name) > 8 ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789")])
		return err;
	snprintf(device->name, sizeof(device->name), "vbd %u (%s)", device->id, name);
	return NULL;
}

static struct px_error *discover_device(struct px_discovery *discovery,
					enum px_ring_class class, const char *folder,
					uint32_t id)
{
	struct px_ring_device *device = NULL;
	struct px_error *err = add_device(discovery, class, id, &device);

	if (err)
		return err;
	device->has_states = true;
	snprintf(device->name, sizeof(device->name), "%s %u", folder, id);
	err = find_ends(discovery, device,
			px_store_path("/local/domain/%u/device/%s/%u",
				      discovery->rings->domain.id, folder, id));
	if (err)
		return err;
	switch (class) {
	case PX_DEVICE_VIF:
		return px_discover_net(discovery, device);
	case PX_DEVICE_VBD:
		err = name_disk(discovery, device);
		return err ? err : px_discover_block(discovery, device);
	default:
		return px_discover_console(discovery, device);
	}
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The numbers among the names, sorted. */
static struct px_error *list_ids(struct px_discovery *discovery, const char *folder,
				 uint32_t **ret, size_t *count_ret)
{
	struct px_store_names names px_cleanup(px_store_names_fini) = {0};
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	struct px_store_path path = px_store_path("/local/domain/%u/device/%s",
						  discovery->rings->domain.id, folder);
	struct px_error *err =
		px_store_list(discovery->store, path.text, NAMES_MAX, &names, &outcome);

	if (!err)
		err = px_calloc(names.count, sizeof(**ret), ret);
	if (err)
		return err;
	for (size_t i = 0; i < names.count; i++)
		*count_ret += px_ring_id_parse(names.names[i], *ret + *count_ret);
	discovery->rings->devices_left_out += names.count - *count_ret + names.cut;
	qsort(*ret, *count_ret, sizeof(**ret), compare_ids);
	return NULL;
}

static struct px_error *discover_class(struct px_discovery *discovery, enum px_ring_class class,
				       const char *folder)
{
	struct px_rings *rings = discovery->rings;
	uint32_t *ids px_cleanup(px_freep) = NULL;
	size_t count = 0;
	struct px_error *err = NULL;

	if (discovery->filter->one_device && discovery->filter->class != class)
		return NULL;
	err = list_ids(discovery, folder, &ids, &count);
	for (size_t i = 0; !err && i < count; i++) {
		if (!px_ring_filter_wants(discovery->filter, class, ids[i]))
			continue;
		if (rings->device_count < PX_RING_DEVICES_MAX)
			err = discover_device(discovery, class, folder, ids[i]);
		else
			rings->devices_left_out++;
	}
	return err;
}

/* The one console and the one connection to xenstored that a domain is built with. */
static struct px_error *discover_builtin(struct px_discovery *discovery,
					 enum px_ring_class class, const char *folder)
{
	struct px_ring_device *device = NULL;
	struct px_store_path path =
		px_store_path("/local/domain/%u/%s", discovery->rings->domain.id, folder);
	struct px_error *err;

	if (!px_ring_filter_wants(discovery->filter, class, 0))
		return NULL;
	err = add_device(discovery, class, 0, &device);
	if (err)
		return err;
	snprintf(device->name, sizeof(device->name), "%s",
		 class == PX_DEVICE_STORE ? "xenstore" : "console");
	err = px_strdup(path.text, &device->front_path);
	if (err)
		return err;
	return class == PX_DEVICE_STORE ? px_discover_store(discovery, device)
					: px_discover_console(discovery, device);
}

struct px_error *px_rings_discover(struct px_store *store, const struct px_domain *domain,
				   const struct px_ring_filter *filter, struct px_rings *ret)
{
	struct px_discovery discovery = {.store = store, .filter = filter, .rings = ret};
	uint64_t before = store->requests;
	struct px_error *err;

	ret->domain = *domain;
	err = discover_class(&discovery, PX_DEVICE_VIF, "vif");
	if (!err)
		err = discover_class(&discovery, PX_DEVICE_VBD, "vbd");
	if (!err)
		err = discover_builtin(&discovery, PX_DEVICE_CONSOLE, "console");
	if (!err)
		err = discover_class(&discovery, PX_DEVICE_CONSOLE, "console");
	if (!err)
		err = discover_builtin(&discovery, PX_DEVICE_STORE, "store");
	ret->store_reads += store->requests - before;
	return err;
}
