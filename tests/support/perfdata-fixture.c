/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The known profile. */
#include "tests/support/perfdata-fixture.h"

#include <stdio.h>
#include <string.h>

#include "lib/buildid-cache.h"
#include "lib/perfdata-notes.h"
#include "lib/symbol-image.h"

#define LINK_TEXT     0xffffffff81000000u
#define KERNEL_LENGTH 0x1000000
#define MODULE_LENGTH 0x8000

/* Functions: of the kernel with an offset from _text, of the module from its text. */
static const struct function {
	const char *name;
	uint64_t offset;
	bool in_module;
} functions[] = {
	{"do_idle", 0x1000, false},	  {"__schedule", 0x2000, false},
	{"net_rx_action", 0x3000, false}, {"xennet_start_xmit", 0x100, true},
	{"xennet_poll", 0x900, true},
};

enum {
	DO_IDLE = 1, /* 0 ends a stack */
	SCHEDULE,
	NET_RX,
	XMIT,
	POLL,
	DEPTH_MAX = 4,
};

static const struct sample {
	uint8_t event, vcpu;
	uint32_t period;
	uint8_t stack[DEPTH_MAX];
} samples[PX_FIXTURE_SAMPLES] = {
	{0,
	 0,
	 1003009,
	 {XMIT, NET_RX, DO_IDLE}}, /* first: a module's name, nothing loaded yet */
	{0, 1, 1003009, {DO_IDLE}},
	{0, 0, 1003009, {SCHEDULE, DO_IDLE}},
	{0, 1, 1003009, {POLL, NET_RX}},
	{1, 0, 54321, {XMIT, NET_RX}},
	{0, 0, 1003009, {NET_RX, SCHEDULE, DO_IDLE}},
	{0, 1, 1003009, {XMIT, NET_RX, DO_IDLE}},
	{0, 0, 1003009, {DO_IDLE}},
	{0, 1, 1003009, {POLL}},
	{0, 0, 1003009, {SCHEDULE, DO_IDLE}},
	{1, 1, 77, {XMIT}},
	{0, 1, 1003009, {POLL, NET_RX, SCHEDULE, DO_IDLE}},
};

static const struct px_build_id kernel_id = {
	20, {0xaa, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0x19}};
static const struct px_build_id module_id = {
	20, {0xbb, 9, 8, 7, 6, 5, 4, 3, 2, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0x91}};

static const struct px_perf_event events[] = {
	{.name = "vcpu-clock", .frequency = true, .rate = 997},
	{.name = "xen-ring:wait", .rate = 1},
};

static uint64_t address_of(const struct px_fixture_boot *boot, const struct sample *sample,
			   size_t depth)
{
	const struct function *f = &functions[sample->stack[depth] - 1];
	uint64_t base = f->in_module ? boot->module : LINK_TEXT + boot->slide;

	return base + f->offset + 0x10 * (depth + 1);
}

static size_t depth_of(const struct sample *sample)
{
	return strnlen((const char *)sample->stack, DEPTH_MAX);
}

static uint64_t time_of(size_t i)
{
	return 5000000000 + i * 1003009;
}

/* --- names -------------------------------------------------------------------------------- */

static struct px_error *add_kernel(const char *folder)
{
	struct px_buffer text = {0};
	struct px_error *err;

	px_kallsyms_add(&text, LINK_TEXT, 'T', "_text");
	for (size_t i = 0; i < px_array_size(functions); i++)
		if (!functions[i].in_module)
			px_kallsyms_add(&text, LINK_TEXT + functions[i].offset, 't',
					functions[i].name);
	px_kallsyms_add(&text, LINK_TEXT + KERNEL_LENGTH, 'T', "_etext");
	err = text.failed ? &px_error_no_memory
			  : px_buildid_cache_add(folder, PX_KERNEL_IMAGE_NAME, &kernel_id,
						 PX_BUILDID_KALLSYMS, px_buffer_bytes(&text));
	px_buffer_fini(&text);
	return err;
}

static const char *module_path(void)
{
	static char path[PX_MODULE_PATH_MAX];

	return px_module_path("6.1.0-42-amd64", "xen_netfront", path);
}

static struct px_error *add_module(const char *folder)
{
	struct px_symbol_image image = {0};
	struct px_buffer bytes = {0};
	struct px_error *err;

	for (size_t i = 0; i < px_array_size(functions); i++)
		if (functions[i].in_module)
			px_symbol_image_add(&image, functions[i].offset, 0x800,
					    functions[i].name);
	err = px_symbol_image_finish(&image, &module_id, MODULE_LENGTH, &bytes);
	if (!err)
		err = px_buildid_cache_add(folder, module_path(), &module_id, PX_BUILDID_ELF,
					   px_buffer_bytes(&bytes));
	px_buffer_fini(&bytes);
	px_symbol_image_fini(&image);
	return err;
}

struct px_error *px_fixture_fill_cache(const char *folder)
{
	struct px_error *err = add_kernel(folder);

	return err ? err : add_module(folder);
}

/* --- records ------------------------------------------------------------------------------ */

struct px_error *px_fixture_open(const char *path, struct px_perf_writer **ret)
{
	static char program[] = "perf-xen", command[] = "record", domain[] = "web server";
	char *argv[] = {program, command, domain};
	const struct px_perf_host host = {
		.hostname = "dom0.example",
		.release = "6.1.0-42-amd64",
		.arch = "x86_64",
		.cpu_description = "A CPU",
		.cpu_id = "Vendor,6,85,7",
		.cpus_available = 4,
		.cpus_online = 2,
		.memory_kib = 4194304,
		.argv = argv,
		.argc = px_array_size(argv),
	};

	return px_perf_writer_open(path, &host, events, px_array_size(events), ret);
}

static void sample_record(const struct px_fixture_boot *boot, size_t i,
			  struct px_perf_record *record)
{
	static const uint8_t sources[DEPTH_MAX] = {0, 1, 1, 4};
	static uint64_t chain[DEPTH_MAX + 1];
	static uint8_t outcome[PX_SAMPLE_OUTCOME_MAX];
	const struct sample *sample = &samples[i];
	size_t depth = depth_of(sample);

	chain[0] = PX_PERF_CONTEXT_KERNEL;
	for (size_t k = 0; k < depth; k++)
		chain[k + 1] = address_of(boot, sample, k);
	record->type = PX_PERF_SAMPLE;
	record->misc = PX_PERF_MISC_KERNEL;
	record->event = sample->event;
	record->origin = (struct px_perf_origin){
		PX_FIXTURE_PID, PX_FIXTURE_PID + 1u + sample->vcpu, sample->vcpu, time_of(i)};
	record->sample = (struct px_perf_sample){
		.ip = chain[1],
		.period = sample->period,
		.chain = {chain, depth + 1},
		.raw = px_sample_outcome_encode(outcome, (uint8_t)(i % 4), 1, (uint8_t)(i % 6),
						sources, depth),
	};
}

static void mmap_record(const struct px_fixture_boot *boot, bool module,
			struct px_perf_record *record)
{
	record->type = PX_PERF_MMAP2;
	record->misc = PX_PERF_MISC_KERNEL | PX_PERF_MISC_MMAP_BUILD_ID;
	record->mmap = (struct px_perf_mmap){
		.pid = UINT32_MAX,
		.start = module ? boot->module : LINK_TEXT + boot->slide,
		.length = module ? MODULE_LENGTH : KERNEL_LENGTH,
		.offset = module ? 0 : LINK_TEXT + boot->slide,
		.protection = 5,
		.build_id = module ? module_id : kernel_id,
		.name = module ? module_path() : PX_KERNEL_MAP_NAME,
	};
}

void px_fixture_record(const struct px_fixture_boot *boot, size_t i, struct px_perf_record *ret)
{
	static const char *const comms[] = {"web", "web/vcpu0", "web/vcpu1"};

	*ret = (struct px_perf_record){
		.origin = {PX_FIXTURE_PID, PX_FIXTURE_PID, 0, 4900000000}};
	if (i < 3) {
		ret->type = PX_PERF_COMM;
		ret->comm = (struct px_perf_comm){PX_FIXTURE_PID, PX_FIXTURE_PID + (uint32_t)i,
						  comms[i]};
	} else if (i < 5) {
		mmap_record(boot, i == 4, ret);
	} else if (i < 5 + PX_FIXTURE_SAMPLES) {
		sample_record(boot, i - 5, ret);
	} else {
		ret->type = PX_PERF_LOST;
		ret->lost = PX_FIXTURE_LOST;
		ret->origin.time = time_of(PX_FIXTURE_SAMPLES);
	}
}

struct px_error *px_fixture_write(const char *path, const struct px_fixture_boot *boot)
{
	struct px_perf_writer *writer = NULL;
	uint8_t memory[256];
	struct px_note_builder note = {memory, sizeof(memory), 0};
	struct px_error *err = px_fixture_open(path, &writer);

	for (size_t i = 0; i < PX_FIXTURE_RECORDS && !err; i++) {
		struct px_perf_record record;

		px_fixture_record(boot, i, &record);
		err = px_perf_writer_add(writer, &record);
		if (!err && i % 4 == 3)
			err = px_perf_writer_round(writer);
	}
	if (!err && px_note_add_pair(&note, "samples", "12"))
		err = px_perf_writer_note(writer, PX_PERF_NOTE_SUMMARY,
					  px_bytes_of(note.data, note.size));
	if (!err)
		err = px_perf_writer_finish(writer);
	px_perf_writer_free(writer);
	return err;
}

/* --- expectations ------------------------------------------------------------------------- */

void px_fixture_expect_script(const struct px_fixture_boot *boot, struct px_buffer *ret)
{
	for (size_t i = 0; i < PX_FIXTURE_SAMPLES; i++) {
		const struct sample *sample = &samples[i];
		char line[256];
		uint64_t time = time_of(i);
		int n = snprintf(line, sizeof(line),
				 "web/vcpu%u %u/%u [%03u] %llu.%09llu: %u %s:\n", sample->vcpu,
				 PX_FIXTURE_PID, PX_FIXTURE_PID + 1u + sample->vcpu,
				 sample->vcpu, (unsigned long long)(time / 1000000000),
				 (unsigned long long)(time % 1000000000), sample->period,
				 events[sample->event].name);

		px_buffer_add(ret, line, (size_t)n);
		for (size_t k = 0; k < depth_of(sample); k++) {
			n = snprintf(line, sizeof(line), "%llx %s\n",
				     (unsigned long long)address_of(boot, sample, k),
				     functions[sample->stack[k] - 1].name);
			px_buffer_add(ret, line, (size_t)n);
		}
	}
}
