/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings as JSON; doc/schema/rings.json is its description. */
#include "ringtrace/rings-json.h"

#include "lib/json.h"

const char *px_health_key(enum px_health health)
{
	static const char *const keys[] = {
		[PX_HEALTH_IDLE] = "idle",   [PX_HEALTH_PROGRESS] = "progress",
		[PX_HEALTH_WAITS] = "waits", [PX_HEALTH_UNKNOWN] = "unknown",
		[PX_HEALTH_FAULT] = "fault",
	};

	return keys[health];
}

static const char *actor_key(enum px_actor actor)
{
	static const char *const keys[] = {
		[PX_ACTOR_NOBODY] = "nobody",	    [PX_ACTOR_FRONT] = "front",
		[PX_ACTOR_BACK] = "back",	    [PX_ACTOR_HOST] = "host",
		[PX_ACTOR_TOOLSTACK] = "toolstack", [PX_ACTOR_EITHER] = "either",
	};

	return keys[actor];
}

static const char *source_key(enum px_ring_source source)
{
	static const char *const keys[] = {
		[PX_SOURCE_PAGE] = "page",	     [PX_SOURCE_FRONT] = "front",
		[PX_SOURCE_BACK] = "back",	     [PX_SOURCE_FRONT_PORT] = "front_port",
		[PX_SOURCE_BACK_PORT] = "back_port", [PX_SOURCE_COUNTERS] = "counters",
	};

	return keys[source];
}

static const char *class_key(enum px_ring_class class)
{
	static const char *const keys[] = {
		[PX_DEVICE_VIF] = "vif",
		[PX_DEVICE_VBD] = "vbd",
		[PX_DEVICE_CONSOLE] = "console",
		[PX_DEVICE_STORE] = "xenstore",
	};

	return keys[class];
}

/* --- values ----------------------------------------------------------------------------- */

/* What a guest writes into slots may be larger than integers are here: it is rounded then, and
 * not a negative number. */
static json_t *number(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value);
}

static json_t *fact(struct px_fact value)
{
	return value.known ? number(value.value) : json_null();
}

static json_t *answer(enum px_answer value)
{
	return value == PX_ANSWER_UNKNOWN ? json_null() : json_boolean(value == PX_ANSWER_YES);
}

static json_t *text(const char *value)
{
	return value ? px_json_text(value) : json_null();
}

/* --- one reading ------------------------------------------------------------------------ */

static json_t *front_json(const struct px_ring_front *front)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "req_prod_pvt",
			 fact(front->req_prod_pvt), "rsp_cons", fact(front->rsp_cons),
			 "free_slots", fact(front->free_slots), "writers", fact(front->writers),
			 "waiters", fact(front->waiters), "wanted", fact(front->wanted), "up",
			 answer(front->up), "stopped", answer(front->stopped), "broken",
			 answer(front->broken), "refill_timer", answer(front->refill_timer));
}

static json_t *back_json(const struct px_ring_back *back)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "req_cons",
			 fact(back->req_cons), "rsp_prod_pvt", fact(back->rsp_prod_pvt),
			 "pending", fact(back->pending), "dealloc", fact(back->dealloc),
			 "queued", fact(back->queued), "queued_bytes", fact(back->queued_bytes),
			 "wanted", fact(back->wanted), "credit_timer",
			 answer(back->credit_timer), "credit", fact(back->credit), "stalled",
			 answer(back->stalled), "disabled", answer(back->disabled));
}

static json_t *port_json(const struct px_ring_port *port)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "port",
			 fact(port->port), "vcpu", fact(port->vcpu), "peer_domain",
			 fact(port->peer_domain), "peer_port", fact(port->peer_port), "bound",
			 answer(port->bound), "pending", answer(port->pending), "masked",
			 answer(port->masked), "upcall_pending", answer(port->upcall_pending),
			 "upcall_masked", answer(port->upcall_masked), "runs",
			 answer(port->runs), "blocked", answer(port->blocked));
}

static json_t *chains_json(const struct px_ring_chains *chains)
{
	if (!chains->known)
		return json_null();
	return json_pack("{s:b, s:i, s:i, s:i, s:o}", "dangling", chains->dangling, "chains",
			 (int)chains->chains, "longest", (int)chains->longest, "extra_slots",
			 (int)chains->extra_slots, "repeated_id",
			 chains->repeated ? number(chains->repeated_id) : json_null());
}

static json_t *indices_json(const struct px_ring *ring, const struct px_ring_reading *reading)
{
	const struct px_ring_indices *shared = &reading->shared;

	if (!reading->readable)
		return json_null();
	if (px_ring_is_stream(ring->kind))
		return json_pack("{s:o, s:o}", "prod", number(reading->stream.prod), "cons",
				 number(reading->stream.cons));
	return json_pack("{s:o, s:o, s:o, s:o}", "req_prod", number(shared->req_prod),
			 "req_event", number(shared->req_event), "rsp_prod",
			 number(shared->rsp_prod), "rsp_event", number(shared->rsp_event));
}

static json_t *reading_json(const struct px_ring *ring, const struct px_ring_reading *reading)
{
	json_t *counters = json_pack("{s:o, s:o, s:o}", "events", fact(reading->events),
				     "spurious_events", fact(reading->spurious_events),
				     "delayed_jiffies", fact(reading->delayed_jiffies));

	return json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "time_ns",
			 number(reading->time_ns), "kicked", reading->kicked, "indices",
			 indices_json(ring, reading), "front", front_json(&reading->front),
			 "back", back_json(&reading->back), "front_port",
			 port_json(&reading->front_port), "back_port",
			 port_json(&reading->back_port), "chains",
			 chains_json(&reading->chains), "counters", counters);
}

/* --- verdicts --------------------------------------------------------------------------- */

json_t *px_verdicts_json(const struct px_verdicts *verdicts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdicts->count; i++) {
		const struct px_rule *rule = verdicts->verdicts[i].rule;

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "id", rule->id,
				  "name", rule->name, "health", px_health_key(rule->health),
				  "actor", actor_key(rule->actor), "actor_name",
				  px_actor_name(rule->actor), "meaning", text(rule->meaning),
				  "evidence", text(verdicts->verdicts[i].evidence.text),
				  "advice", text(rule->advice)));
	}
	return list;
}

static json_t *missing_json(unsigned int missing)
{
	json_t *list = json_array();

	for (size_t source = 0; source < PX_RING_SOURCES; source++)
		if (missing & 1u << source)
			json_array_append_new(
				list, json_string(source_key((enum px_ring_source)source)));
	return list;
}

/* --- the tree --------------------------------------------------------------------------- */

static json_t *lacks_json(const struct px_ring *ring)
{
	json_t *json = json_object();

	for (size_t source = 0; source < PX_RING_SOURCES; source++)
		if (ring->lacks[source])
			json_object_set_new(json, source_key((enum px_ring_source)source),
					    text(ring->lacks[source]));
	return json;
}

static json_t *slot_json(const struct px_ring *ring, const struct px_slot *slot)
{
	json_t *json = json_pack("{s:o, s:o, s:s, s:o, s:b, s:o}", "index", number(slot->index),
				 "position", number(slot->position), "use",
				 px_slot_use_name(slot->use), "chain", number(slot->chain),
				 "taken", slot->taken, "id",
				 slot->has_id ? number(slot->id) : json_null());

	if (slot->use == PX_SLOT_EXTRA) {
		json_object_set_new(json, "extra", text(px_slot_extra_name(slot->type)));
	} else if (ring->kind == PX_RING_BLOCK) {
		json_object_set_new(json, "operation",
				    text(px_block_operation_name(slot->operation)));
		json_object_set_new(json, "sector", number(slot->sector));
		json_object_set_new(json, "segments", number(slot->segments));
	} else {
		json_object_set_new(json, "offset", number(slot->offset));
		json_object_set_new(json, "size", number(slot->size));
	}
	json_object_set_new(json, "flags", number(slot->flags));
	json_object_set_new(json, "grant", number(slot->reference));
	return json;
}

/* Null unless slots were asked for and stand still. */
static json_t *slots_json(const struct px_ring *ring)
{
	json_t *list;

	if (!ring->in_flight)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < ring->in_flight_count; i++)
		json_array_append_new(list, slot_json(ring, &ring->in_flight[i]));
	return list;
}

static json_t *references_json(const struct px_ring *ring)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < ring->pages; i++)
		json_array_append_new(list, number(ring->references[i]));
	return list;
}

static json_t *ring_json(const struct px_rings *rings, const struct px_ring_device *device,
			 const struct px_ring *ring)
{
	struct px_verdicts verdicts = {0};
	json_t *readings = json_array();
	char name[64];

	px_verdicts_of_ring(rings, device, ring, &verdicts);
	for (size_t i = 0; i < ring->reading_count; i++)
		json_array_append_new(readings, reading_json(ring, &ring->readings[i]));
	return json_pack(
		"{s:o, s:s, s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "name",
		text(px_ring_name(device, ring, name, sizeof(name))), "kind",
		px_ring_kind_name(ring->kind), "queue",
		ring->in_queue ? number(ring->queue) : json_null(), "slots",
		number(ring->slots), "pages_by", ring->by_frame ? "frame" : "grant", "pages",
		references_json(ring), "health", px_health_key(verdicts.health), "verdicts",
		px_verdicts_json(&verdicts), "missing", missing_json(verdicts.missing), "lacks",
		lacks_json(ring), "readings", readings, "in_flight", slots_json(ring));
}

static json_t *states_json(const struct px_rings *rings, const struct px_ring_device *device)
{
	json_t *list = json_array();

	for (size_t i = 0; device->has_states && i < rings->reading_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "front",
					px_xenbus_state_name(device->front_state[i]), "back",
					px_xenbus_state_name(device->back_state[i])));
	return list;
}

static json_t *device_json(const struct px_rings *rings, const struct px_ring_device *device)
{
	struct px_verdicts verdicts = {0};
	json_t *list = json_array(), *back = json_null();

	px_verdicts_of_device(rings, device, &verdicts);
	for (size_t i = 0; i < device->ring_count; i++)
		json_array_append_new(list, ring_json(rings, device, &device->rings[i]));
	if (device->back_path)
		back = json_pack("{s:o, s:o, s:o, s:o}", "path", text(device->back_path),
				 "domain", number(device->back_domain), "stopped",
				 text(device->back_stopped), "type", text(device->back_type));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "class",
			 class_key(device->class), "id", number(device->id), "name",
			 text(device->name), "front_path", text(device->front_path), "back",
			 back, "states", states_json(rings, device), "gone", device->gone,
			 "problem", text(device->problem), "rings_left_out",
			 number(device->rings_left_out), "verdicts",
			 px_verdicts_json(&verdicts), "rings", list);
}

static json_t *cost_json(const struct px_rings *rings)
{
	json_t *times = json_array();

	for (size_t i = 0; i < rings->reading_count; i++)
		json_array_append_new(times, number(rings->reading_ns[i]));
	return json_pack("{s:o, s:o, s:o, s:o}", "hypercalls", number(rings->hypercalls),
			 "ioctls", number(rings->ioctls), "store_requests",
			 number(rings->store_reads), "reading_ns", times);
}

json_t *px_rings_json(const struct px_rings *rings)
{
	const struct px_domain *domain = &rings->domain;
	json_t *devices = json_array();

	for (size_t i = 0; i < rings->device_count; i++)
		json_array_append_new(devices, device_json(rings, &rings->devices[i]));
	return json_pack("{s:i, s:o, s:o, s:s, s:b, s:s, s:o, s:o, s:o}", "version", 1,
			 "domain", number(domain->id), "name", text(domain->name), "type",
			 px_guest_type_name(domain->type), "paused", domain->paused, "health",
			 px_health_key(px_rings_health(rings)), "devices_left_out",
			 number(rings->devices_left_out), "devices", devices, "cost",
			 cost_json(rings));
}
