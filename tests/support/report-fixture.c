/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recording for tests of reports. */
#include "tests/support/report-fixture.h"

#include <stdio.h>
#include <string.h>

#include "lib/buildid-cache.h"
#include "lib/perfdata-notes.h"
#include "lib/perfdata-writer.h"
#include "symbolize/unwinder.h"

enum {
	GUEST = 10000007, /* the domain, whose vCPUs are threads */
	NGINX,		  /* processes of the guest */
	HOSTILE,
	DEPTH = 8,
};

#define KERNEL 0xffffffff81000000u
#define MODULE 0xffffffffc0312000u
#define USER   0x555555554000u

/* What samples are made of. Every function is 0x100 long; without a name it has no symbol. */
static const struct function {
	uint32_t pid; /* whose address: UINT32_MAX is the kernel */
	uint64_t start;
	const char *name, *module;
} functions[] = {
	{0}, /* ends a stack */
	{UINT32_MAX, KERNEL + 0x1000, "do_idle", "[kernel.kallsyms]"},
	{UINT32_MAX, KERNEL + 0x2000, "do_syscall_64", "[kernel.kallsyms]"},
	{UINT32_MAX, KERNEL + 0x3000, "net_rx_action", "[kernel.kallsyms]"},
	{UINT32_MAX, MODULE + 0x100, "xennet_poll", "[xen_netfront]"},
	{UINT32_MAX, KERNEL + 0x5000, NULL, NULL},
	{NGINX, USER + 0x1000, "main", "/usr/sbin/nginx"},
	{NGINX, USER + 0x2000, "_ZN3web5cacheIiE3putERKi", "/usr/sbin/nginx"},
	{NGINX, USER + 0x3000, "camlStdlib__List__map_123", "/usr/sbin/nginx"},
	{NGINX, USER + 0x4000, NULL, NULL},
	{HOSTILE, USER + 0x1000, "</script><script>alert(1)</script>", "/tmp/a&b \"<c>\""},
	{HOSTILE, USER + 0x2000, "]]></svg>;x='\x01\xff", "/tmp/a&b \"<c>\""},
	{HOSTILE, USER + 0x3000, "net/http.(*Client).Do", "/tmp/go"},
	{HOSTILE, USER + 0x4000, "run(int, char const*)", "/tmp/go"},
};

enum {
	IDLE = 1,
	SYSCALL,
	NET_RX,
	POLL,
	NAMELESS_KERNEL,
	MAIN,
	PUT,
	MAP,
	NAMELESS_USER,
	SCRIPT,
	CDATA,
	GO,
	RUN,
};

static const struct task {
	uint32_t pid, tid;
	const char *comm;
} tasks[] = {
	{GUEST, GUEST + 100, "web/vcpu0"},
	{GUEST, GUEST + 101, "web/vcpu1"},
	{NGINX, NGINX, "nginx: worker"},
	{HOSTILE, HOSTILE, "<b>&\"x\";"},
};

/* Leaf first; kernel frames before those of the task. */
static const struct sample {
	uint8_t task, vcpu, end, times;
	uint8_t stack[DEPTH];
} samples[] = {
	{0, 0, PX_END_IDLE_ROOT, 6, {IDLE}},
	{1, 1, PX_END_IDLE_ROOT, 3, {POLL, NET_RX, IDLE}},
	{2, 0, PX_END_USER_ROOT, 4, {SYSCALL, PUT, MAIN}},
	{2, 1, PX_END_USER_ROOT, 2, {PUT, PUT, MAIN}},
	{2, 1, PX_END_USER_MODE, 1, {POLL, NET_RX, SYSCALL}},
	{2, 0, PX_END_NO_RULE, 1, {MAP, NAMELESS_USER}},
	{2, 0, PX_END_BAD_READ, 1, {NAMELESS_KERNEL, SYSCALL, MAIN}},
	{3, 1, PX_END_USER_ROOT, 2, {CDATA, SCRIPT, GO, RUN}},
};

static const struct sample waits[PX_REPORT_FIXTURE_WAITS] = {
	{2, 0, PX_END_USER_ROOT, 1, {SYSCALL, MAIN}},
	{1, 1, PX_END_IDLE_ROOT, 1, {POLL, NET_RX, IDLE}},
};
static const uint64_t wait_periods[PX_REPORT_FIXTURE_WAITS] = {54321, 77};

static const struct px_perf_event events[] = {
	{.name = "vcpu-clock", .frequency = true, .rate = 997},
	{.name = "xen-ring:wait", .rate = 1},
};

static const char *const summary[][2] = {
	{"rate-asked-hz", "997.000"}, {"rate-achieved-hz", "996.500"},
	{"ticks-missed", "1"},	      {"pause-p50-ns", "21000"},
	{"pause-p99-ns", "64000"},    {"pause-max-ns", "180000"},
	{"note", "<i>hostile</i>"},
};

/* The chain of a sample: a marker wherever the mode changes. Return addresses lie in calls. */
static size_t make_chain(const struct sample *sample, uint64_t chain[static 2 * DEPTH])
{
	uint64_t context = 0;
	size_t count = 0;

	for (size_t i = 0; i < DEPTH && sample->stack[i]; i++) {
		const struct function *f = &functions[sample->stack[i]];
		uint64_t wanted = f->pid == UINT32_MAX ? PX_PERF_CONTEXT_KERNEL
						       : PX_PERF_CONTEXT_USER;

		if (wanted != context)
			chain[count++] = context = wanted;
		chain[count++] = f->start + 0x20 + 0x10 * i;
	}
	return count;
}

static struct px_error *add_sample(struct px_perf_writer *writer, const struct sample *sample,
				   uint32_t event, uint64_t period, uint64_t time)
{
	uint8_t outcome[PX_SAMPLE_OUTCOME_MAX], sources[DEPTH] = {0};
	uint64_t chain[2 * DEPTH];
	size_t count = make_chain(sample, chain), frames = 0;
	const struct task *task = &tasks[sample->task];

	while (frames < DEPTH && sample->stack[frames])
		frames++;
	const struct px_perf_record record = {
		.type = PX_PERF_SAMPLE,
		.misc = chain[0] == PX_PERF_CONTEXT_KERNEL ? PX_PERF_MISC_KERNEL
							   : PX_PERF_MISC_USER,
		.event = event,
		.origin = {task->pid, task->tid, sample->vcpu, time},
		.sample = {.ip = chain[1],
			   .period = period,
			   .chain = {chain, count},
			   .raw = px_sample_outcome_encode(outcome, sample->end, 1, 0, sources,
							   frames)},
	};

	return px_perf_writer_add(writer, &record);
}

static struct px_error *add_tasks(struct px_perf_writer *writer)
{
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(tasks) && !err; i++) {
		const struct px_perf_record record = {
			.type = PX_PERF_COMM,
			.origin = {tasks[i].pid, tasks[i].tid, 0, 1000000000},
			.comm = {tasks[i].pid, tasks[i].tid, tasks[i].comm},
		};

		err = px_perf_writer_add(writer, &record);
	}
	return err;
}

static struct px_error *add_kernel(struct px_perf_writer *writer)
{
	const struct px_perf_record record = {
		.type = PX_PERF_MMAP2,
		.misc = PX_PERF_MISC_KERNEL | PX_PERF_MISC_MMAP_BUILD_ID,
		.origin = {.time = 1000000000},
		.mmap = {.pid = UINT32_MAX,
			 .start = KERNEL,
			 .length = 0x1000000,
			 .offset = KERNEL,
			 .protection = 5,
			 .build_id = {20, {0xab, 0xcd, 0xef}},
			 .name = PX_KERNEL_MAP_NAME},
	};

	return px_perf_writer_add(writer, &record);
}

static struct px_error *add_samples(struct px_perf_writer *writer)
{
	uint64_t time = 1000000000;
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(samples); i++)
		for (size_t n = 0; n < samples[i].times && !err; n++)
			err = add_sample(writer, &samples[i], 0, PX_REPORT_FIXTURE_PERIOD,
					 time += PX_REPORT_FIXTURE_PERIOD);
	for (size_t i = 0; i < px_array_size(waits) && !err; i++)
		err = add_sample(writer, &waits[i], 1, wait_periods[i], time += 1000);
	return err;
}

static struct px_error *add_lost(struct px_perf_writer *writer)
{
	const struct px_perf_record record = {
		.type = PX_PERF_LOST, .origin = {.time = 1100000000}, .lost = 3};

	return px_perf_writer_add(writer, &record);
}

static struct px_error *add_notes(struct px_perf_writer *writer)
{
	uint8_t memory[4096];
	struct px_note_builder note = {memory, sizeof(memory), 0};
	struct px_error *err;

	for (size_t i = 1; i < px_array_size(functions); i++) {
		const struct function *f = &functions[i];

		if (f->name)
			px_note_add_symbol(
				&note, &(struct px_note_symbol){f->start, f->start + 0x100,
								f->pid, f->name, f->module});
	}
	err = px_perf_writer_note(writer, PX_PERF_NOTE_SYMBOLS, px_bytes_of(memory, note.size));
	note.size = 0;
	for (size_t i = 0; i < px_array_size(summary); i++)
		px_note_add_pair(&note, summary[i][0], summary[i][1]);
	return err ? err
		   : px_perf_writer_note(writer, PX_PERF_NOTE_SUMMARY,
					 px_bytes_of(memory, note.size));
}

struct px_error *px_report_fixture_write(const char *path)
{
	char *argv[] = {(char[]){"/usr/bin/perf-xen"}, (char[]){"record"}, (char[]){"web"}};
	const struct px_perf_host host = {.hostname = "dom0",
					  .release = "6.1.0",
					  .arch = "x86_64",
					  .cpu_description = "a processor",
					  .cpu_id = "x,1,2,3",
					  .cpus_available = 2,
					  .cpus_online = 2,
					  .memory_kib = 1 << 20,
					  .argv = argv,
					  .argc = (int)px_array_size(argv)};
	struct px_perf_writer *writer = NULL;
	struct px_error *err =
		px_perf_writer_open(path, &host, events, px_array_size(events), &writer);

	if (!err)
		err = add_tasks(writer);
	if (!err)
		err = add_kernel(writer);
	if (!err)
		err = add_samples(writer);
	if (!err)
		err = add_lost(writer);
	if (!err)
		err = add_notes(writer);
	if (!err)
		err = px_perf_writer_finish(writer);
	px_perf_writer_free(writer);
	return err;
}
