/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building reports of the doctor by hand. */
#include "tests/support/doctor-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

/* Only memory can be short. */
static void must(struct px_error *err)
{
	if (err)
		abort();
}

void px_doctor_fixture_init(struct px_doctor_report *report)
{
	*report = (struct px_doctor_report){
		.domain = {.id = 5,
			   .type = PX_GUEST_PV,
			   .vcpus = 2,
			   .online_vcpus = 2,
			   .memory_kib = 262144,
			   .name = "web1"},
		.system = "Linux 6.1.0-56-amd64",
		.interval_ns = 1000000000,
		.look_count = 2,
		.rings.reading_count = 2,
	};
	report->rings.domain = report->domain;
}

size_t px_doctor_fixture_device(struct px_doctor_report *report, enum px_ring_class class,
				uint32_t id, const char *name)
{
	bool has_states = class == PX_DEVICE_VIF || class == PX_DEVICE_VBD;
	struct px_ring_device *device = NULL;

	must(px_rings_add(&report->rings, &device));
	device->class = class;
	device->id = id;
	device->has_states = has_states;
	snprintf(device->name, sizeof(device->name), "%s", name);
	snprintf(device->back_type, sizeof(device->back_type), "%s",
		 class == PX_DEVICE_VIF	  ? "vif"
		 : class == PX_DEVICE_VBD ? "vbd"
					  : "");
	for (size_t i = 0; has_states && i < 2; i++)
		device->front_state[i] = device->back_state[i] = PX_XENBUS_CONNECTED;
	return report->rings.device_count - 1;
}

static void fill_reading(enum px_ring_kind kind, struct px_ring_reading *reading)
{
	*reading = (struct px_ring_reading){
		.time_ns = 1000000000,
		.readable = true,
		.front_port = {.port = PX_FACT(9),
			       .vcpu = PX_FACT(0),
			       .bound = PX_ANSWER_YES,
			       .pending = PX_ANSWER_NO,
			       .masked = PX_ANSWER_NO},
	};
	if (px_ring_is_stream(kind))
		reading->stream = (struct px_stream_indices){.prod = 4148, .cons = 2100};
	else
		reading->shared = (struct px_ring_indices){
			.req_prod = 700, .req_event = 690, .rsp_prod = 680, .rsp_event = 681};
	reading->front.rsp_cons = PX_FACT(680);
}

size_t px_doctor_fixture_ring(struct px_doctor_report *report, size_t device,
			      enum px_ring_kind kind)
{
	struct px_ring *ring = NULL;

	must(px_ring_device_add(&report->rings.devices[device], &ring));
	ring->kind = kind;
	ring->pages = 1;
	ring->slots = px_ring_is_stream(kind) ? px_ring_stream_size(kind)
					      : px_ring_slots(kind, 1);
	ring->reading_count = 2;
	fill_reading(kind, &ring->readings[0]);
	fill_reading(kind, &ring->readings[1]);
	ring->readings[1].time_ns += 1000000000;
	return report->rings.devices[device].ring_count - 1;
}

void px_doctor_fixture_verdict(struct px_doctor_report *report, size_t device, size_t ring,
			       const struct px_rule *rule, enum px_health health,
			       const char *evidence)
{
	struct px_ring_device *of = &report->rings.devices[device];
	struct px_doctor_verdict *verdict;

	must(px_array_grow(report->verdicts, report->verdict_count, report->verdict_capacity));
	verdict = &report->verdicts[report->verdict_count++];
	*verdict = (struct px_doctor_verdict){
		.device = of,
		.ring = ring == SIZE_MAX ? NULL : &of->rings[ring],
		.health = rule ? rule->health : health,
		.rule = rule,
	};
	snprintf(verdict->evidence, sizeof(verdict->evidence), "%s", evidence);
}

static void fill_stack(struct px_doctor_stack *stack, const char *functions)
{
	char *copy = strdup(functions), *rest = NULL;
	uint64_t address = 0xffffffff81000000;

	stack->end = PX_END_THREAD_ROOT;
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct px_doctor_frame frame = {
			.address = address += 0x1234, .function = word, .offset = 0x1f};

		must(px_doctor_stack_add(stack, &frame));
	}
	free(copy);
}

struct px_doctor_vcpu *px_doctor_fixture_vcpu(struct px_doctor_report *report, uint32_t id,
					      enum px_progress progress, const char *functions)
{
	struct px_doctor_vcpu *vcpu = NULL;

	must(px_doctor_add_vcpu(report, id, &vcpu));
	vcpu->look_count = 2;
	vcpu->have_progress = true;
	vcpu->progress = progress;
	for (uint64_t i = 0; i < 2; i++) {
		struct px_doctor_look *look = &vcpu->looks[i];

		look->state = progress == PX_PROGRESS_WAITS ? PX_VCPU_BLOCKED : PX_VCPU_RUNNING;
		look->time_ns = i * 1000000000;
		look->cpu_time_ns = progress == PX_PROGRESS_SPINS ? i * 990000000 : 0;
		fill_stack(&look->stack, functions);
	}
	return vcpu;
}

struct px_doctor_task *px_doctor_fixture_task(struct px_doctor_report *report, const char *comm,
					      char state, enum px_answer stays,
					      const char *functions)
{
	struct px_doctor_task *task = NULL;

	must(px_doctor_add_task(report, &task));
	snprintf(task->task.comm, sizeof(task->task.comm), "%s", comm);
	task->task.pid = task->task.tid = 200 + (uint32_t)report->task_count;
	task->state = state;
	task->stays = stays;
	fill_stack(&task->stack, functions);
	report->have_tasks = true;
	report->task_total = 60;
	return task;
}

static const struct px_rule console_rule = {
	.id = "W",
	.name = "nobody reads",
	.health = PX_HEALTH_FAULT,
	.actor = PX_ACTOR_BACK,
	.meaning =
		"The guest prints, and nobody takes it: what it still prints waits for room.",
	.advice =
		"Is xenconsoled running in dom0? `ps ax | grep xenconsoled`; start it again, or "
		"end the program that holds the console.",
};

static const struct px_rule packet_rule = {
	.id = "A2",
	.name = "the back end holds requests",
	.health = PX_HEALTH_FAULT,
	.actor = PX_ACTOR_BACK,
	.meaning = "The back end has taken all requests and answers none of them.",
	.advice = "Look at `dmesg` of its domain.",
};

static const struct px_rule asleep_rule = {
	.id = "R",
	.name = "near wrap",
	.health = PX_HEALTH_WAITS,
	.actor = PX_ACTOR_NOBODY,
	.meaning = "The indices are near their end.",
	.advice = "Nothing.",
};

/* What must not end a line, an element or a string. */
#define HOSTILE "\033[31m</pre><b>\"&'"

void px_doctor_fixture_whole(struct px_doctor_report *report)
{
	size_t console, vif, out, tx, rx;

	px_doctor_fixture_init(report);
	vif = px_doctor_fixture_device(report, PX_DEVICE_VIF, 0, "vif 0");
	console = px_doctor_fixture_device(report, PX_DEVICE_CONSOLE, 0, "console");
	tx = px_doctor_fixture_ring(report, vif, PX_RING_NET_TX);
	rx = px_doctor_fixture_ring(report, vif, PX_RING_NET_RX);
	out = px_doctor_fixture_ring(report, console, PX_RING_CONSOLE_OUT);
	px_doctor_fixture_verdict(
		report, vif, tx, &packet_rule, 0,
		"20 requests in flight for 1.0 s: req_prod 700, rsp_prod 680.");
	px_doctor_fixture_verdict(report, vif, rx, &asleep_rule, 0, "It says " HOSTILE ".");
	px_doctor_fixture_verdict(report, console, out, &console_rule, 0,
				  "prod 4148, cons 2100: 2048 of 2048 bytes for 1.0 s.");
	px_doctor_fixture_vcpu(report, 0, PX_PROGRESS_WAITS,
			       "xen_hypercall_sched_op default_idle do_idle cpu_startup_entry");
	px_doctor_fixture_vcpu(report, 1, PX_PROGRESS_SPINS,
			       "xen_hypercall_sched_op domU_write_console hvc_console_print "
			       "console_flush_all console_unlock vprintk_emit " HOSTILE);
	px_doctor_fixture_task(report, "syslogd", 'D', PX_ANSWER_YES,
			       "__schedule schedule io_schedule folio_wait_bit_common");
	px_doctor_fixture_task(report, "e<b>\033", 'S', PX_ANSWER_NO,
			       "__schedule schedule n_tty_write file_tty_write");
	must(px_doctor_lack(report, "no grants: %s", HOSTILE));
}
