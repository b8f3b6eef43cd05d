/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux's network interfaces (struct net_device), as far as the drivers at both ends use them.
 */
#include "guest/linux-driver-private.h"

void px_netdev_layout_of(struct px_linux_lookup *lookup, struct px_netdev_layout *ret)
{
	/* What it lacks makes the interface unknown, not the driver. */
	struct px_linux_lookup l = {.types = lookup->types};

	ret->name = px_linux_need(&l, "net_device", "name", 16);
	ret->state = px_linux_need(&l, "net_device", "state", 8);
	ret->tx = px_linux_need(&l, "net_device", "_tx", 8);
	ret->queue_size = px_linux_need_size(&l, "netdev_queue");
	ret->queue_state = px_linux_need(&l, "netdev_queue", "state", 8);
	ret->stopped_bit = px_linux_need_bit(&l, "__QUEUE_STATE_DRV_XOFF");
	ret->start_bit = px_linux_need_bit(&l, "__LINK_STATE_START");
	ret->no_carrier_bit = px_linux_need_bit(&l, "__LINK_STATE_NOCARRIER");
	ret->queue_count = px_linux_want(lookup, "net_device", "real_num_tx_queues", 4);
	ret->known = !l.failed;
	px_driver_lack(lookup->lacks, "%s", l.lacks);
}

void px_netdev_read_name(const struct px_netdev_layout *layout,
			 const struct px_linux_reader *reader, uint64_t device, char name[16])
{
	name[0] = '\0';
	if (layout->known && device)
		px_linux_string_at(reader, device + layout->name, name, 16);
}

static struct px_fact read_state(const struct px_netdev_layout *layout,
				 const struct px_linux_reader *reader, uint64_t device,
				 unsigned int bit)
{
	struct px_linux_place place = {.offset = layout->state, .size = 8};
	struct px_fact fact = {0};

	if (!layout->known || !device)
		return fact;
	return px_fact_bit(px_linux_fact_at(reader, device, place), bit);
}

struct px_fact px_netdev_read_up(const struct px_netdev_layout *layout,
				 const struct px_linux_reader *reader, uint64_t device)
{
	return read_state(layout, reader, device, layout->start_bit);
}

struct px_fact px_netdev_read_carrier(const struct px_netdev_layout *layout,
				      const struct px_linux_reader *reader, uint64_t device)
{
	struct px_fact fact = read_state(layout, reader, device, layout->no_carrier_bit);

	if (fact.known)
		fact.value = !fact.value;
	return fact;
}

struct px_fact px_netdev_read_stopped(const struct px_netdev_layout *layout,
				      const struct px_linux_reader *reader, uint64_t device,
				      size_t i)
{
	struct px_linux_place place = {.offset = layout->queue_state, .size = 8};
	struct px_fact fact = {0};
	uint64_t queues;

	if (!layout->known || !device)
		return fact;
	queues = px_linux_pointer_at(reader, device, layout->tx);
	if (!queues)
		return fact;
	return px_fact_bit(px_linux_fact_at(reader, queues + i * layout->queue_size, place),
			   layout->stopped_bit);
}
