/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that is known of a ring and its device, for -v. */
#include <inttypes.h>

#include "lib/log.h"
#include "ringtrace/rings-text.h"

/* A label, then words; what is unknown is left out, and that is said by what the sources lack.
 */
struct line {
	FILE *out;
	const char *label;
	bool begun;
};

static void begin(struct line *line)
{
	if (!line->begun)
		fprintf(line->out, "    %-10s", line->label);
	line->begun = true;
}

static void end(const struct line *line)
{
	if (line->begun)
		putc('\n', line->out);
}

static void add_number(struct line *line, const char *name, uint64_t value)
{
	begin(line);
	fprintf(line->out, "  %s %" PRIu64, name, value);
}

static void add_fact(struct line *line, const char *name, struct px_fact fact)
{
	if (fact.known)
		add_number(line, name, fact.value);
}

static void add_answer(struct line *line, const char *name, enum px_answer answer)
{
	if (answer == PX_ANSWER_UNKNOWN)
		return;
	begin(line);
	fprintf(line->out, "  %s %s", name, answer == PX_ANSWER_YES ? "yes" : "no");
}

static void print_shared(const struct px_ring *ring, const struct px_ring_reading *reading,
			 FILE *out)
{
	struct line line = {out, "shared", false};

	if (!reading->readable)
		return;
	if (px_ring_is_stream(ring->kind)) {
		add_number(&line, "prod", reading->stream.prod);
		add_number(&line, "cons", reading->stream.cons);
	} else {
		add_number(&line, "req_prod", reading->shared.req_prod);
		add_number(&line, "req_event", reading->shared.req_event);
		add_number(&line, "rsp_prod", reading->shared.rsp_prod);
		add_number(&line, "rsp_event", reading->shared.rsp_event);
	}
	end(&line);
}

static void print_front(const struct px_ring_front *front, FILE *out)
{
	struct line line = {out, "front end", false};

	add_fact(&line, "req_prod_pvt", front->req_prod_pvt);
	add_fact(&line, "rsp_cons", front->rsp_cons);
	add_fact(&line, "free", front->free_slots);
	add_fact(&line, "writers", front->writers);
	add_fact(&line, "waiters", front->waiters);
	add_fact(&line, "wanted", front->wanted);
	add_answer(&line, "up", front->up);
	add_answer(&line, "stopped", front->stopped);
	add_answer(&line, "broken", front->broken);
	add_answer(&line, "refill timer", front->refill_timer);
	end(&line);
}

static void print_back(const struct px_ring_back *back, FILE *out)
{
	struct line line = {out, "back end", false};

	add_fact(&line, "req_cons", back->req_cons);
	add_fact(&line, "rsp_prod_pvt", back->rsp_prod_pvt);
	add_fact(&line, "pending", back->pending);
	add_fact(&line, "dealloc", back->dealloc);
	add_fact(&line, "queued", back->queued);
	add_fact(&line, "queued bytes", back->queued_bytes);
	add_fact(&line, "wanted", back->wanted);
	add_answer(&line, "credit timer", back->credit_timer);
	add_fact(&line, "credit", back->credit);
	add_answer(&line, "stalled", back->stalled);
	add_answer(&line, "disabled", back->disabled);
	end(&line);
}

static void print_port(const char *label, const struct px_ring_port *port, FILE *out)
{
	struct line line = {out, label, false};

	add_fact(&line, "port", port->port);
	add_answer(&line, "bound", port->bound);
	add_answer(&line, "pending", port->pending);
	add_answer(&line, "masked", port->masked);
	add_fact(&line, "vCPU", port->vcpu);
	add_answer(&line, "runs", port->runs);
	add_answer(&line, "blocked", port->blocked);
	add_answer(&line, "upcall pending", port->upcall_pending);
	add_answer(&line, "upcall masked", port->upcall_masked);
	end(&line);
}

static void print_counters(const struct px_ring_reading *reading, FILE *out)
{
	struct line line = {out, "counters", false};

	add_fact(&line, "events", reading->events);
	add_fact(&line, "spurious", reading->spurious_events);
	add_fact(&line, "delayed jiffies", reading->delayed_jiffies);
	end(&line);
}

static void print_chains(const struct px_ring_chains *chains, FILE *out)
{
	struct line line = {out, "chains", false};

	if (!chains->known)
		return;
	add_number(&line, "chains", chains->chains);
	add_number(&line, "longest", chains->longest);
	add_number(&line, "extra slots", chains->extra_slots);
	add_answer(&line, "dangling", chains->dangling ? PX_ANSWER_YES : PX_ANSWER_NO);
	if (chains->repeated)
		add_number(&line, "repeated id", chains->repeated_id);
	end(&line);
}

static void print_lacks(const struct px_ring *ring, FILE *out)
{
	for (size_t source = 0; source < PX_RING_SOURCES; source++) {
		if (!ring->lacks[source])
			continue;
		fprintf(out, "    %-10s  %s: ", "not known", px_ring_source_name(source));
		px_plain_print(ring->lacks[source], out);
		putc('\n', out);
	}
}

static void print_place(const struct px_ring *ring, FILE *out)
{
	struct line line = {out, ring->by_frame ? "frame" : "grants", false};

	begin(&line);
	putc(' ', out);
	for (uint32_t i = 0; i < ring->pages; i++)
		fprintf(out, " %u", ring->references[i]);
	end(&line);
}

void px_rings_text_ring(const struct px_ring *ring, FILE *out)
{
	print_place(ring, out);
	if (ring->reading_count) {
		const struct px_ring_reading *last = &ring->readings[ring->reading_count - 1];

		print_shared(ring, last, out);
		print_front(&last->front, out);
		print_back(&last->back, out);
		print_port("front port", &last->front_port, out);
		print_port("back port", &last->back_port, out);
		print_counters(last, out);
		print_chains(&last->chains, out);
	}
	print_lacks(ring, out);
}

static void print_end(const char *label, const char *path, enum px_xenbus_state state,
		      bool has_states, FILE *out)
{
	fprintf(out, "    %-10s  ", label);
	px_plain_print(path ? path : "not known where", out);
	if (has_states)
		fprintf(out, ", %s", px_xenbus_state_name(state));
	putc('\n', out);
}

void px_rings_text_device(const struct px_rings *rings, const struct px_ring_device *device,
			  FILE *out)
{
	size_t last = rings->reading_count ? rings->reading_count - 1 : 0;

	print_end("front end", device->front_path, device->front_state[last],
		  device->has_states, out);
	if (device->has_states)
		print_end("back end", device->back_path, device->back_state[last],
			  device->has_states, out);
}

void px_rings_text_cost(const struct px_rings *rings, FILE *out)
{
	fprintf(out,
		"%zu reading%s: %" PRIu64 " hypercalls, %" PRIu64 " ioctls, %" PRIu64
		" requests to xenstored;",
		rings->reading_count, rings->reading_count == 1 ? "" : "s", rings->hypercalls,
		rings->ioctls, rings->store_reads);
	for (size_t i = 0; i < rings->reading_count; i++)
		fprintf(out, "%s %.1f ms", i ? "," : "", (double)rings->reading_ns[i] / 1e6);
	putc('\n', out);
}
