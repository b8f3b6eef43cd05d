/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a perf.data file with a million samples to a flame graph: bench-report [FILE].
 *
 * Without FILE it writes one first: stacks of 16 frames over 30,000 call sites of 4,000
 * functions, 8 vCPUs, 20 tasks,
 * each with stacks of its own. Each format is timed from opening the file to its last byte, by
 * the wall's clock and the processor's. What comes out is checked: the periods of the folded
 * stacks must add up to those of the file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/perfdata-notes.h"
#include "lib/perfdata-writer.h"
#include "report/build.h"
#include "report/render.h"

enum {
	SAMPLES = 1000000,
	DEPTH = 16,
	STACKS = 4000,
	FUNCTIONS = 4000,
	FUNCTION_SIZE = 256,
	VCPUS = 8,
	TASKS = 20,
	PID = 10000001,
	PERIOD = 1003009,
};

#define TEXT 0xffffffff81000000u

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "bench-report: %s\n", err->message);
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A frame of a stack: the deeper, the more call sites there are; few near the root. */
static uint64_t call_site(uint64_t *seed, size_t depth)
{
	uint64_t functions = px_min((uint64_t)4 << depth / 2 * 2, (uint64_t)FUNCTIONS);
	uint64_t function = next_random(seed) % functions;

	return TEXT + function * FUNCTION_SIZE + 16 + next_random(seed) % 3 * 32;
}

/* ips[stack]: marker, then the frames, leaf first; a stack shares its roots with another. */
static uint64_t (*make_stacks(uint64_t *seed))[DEPTH + 1]
{
	uint64_t(*stacks)[DEPTH + 1] = calloc(STACKS, sizeof(*stacks));

	for (size_t i = 0; i < STACKS; i++) {
		size_t fresh = 1 + next_random(seed) % (i ? 8 : DEPTH);

		if (i)
			memcpy(stacks[i], stacks[next_random(seed) % i], sizeof(*stacks));
		stacks[i][0] = PX_PERF_CONTEXT_KERNEL;
		for (size_t frame = 0; frame < (i ? fresh : (size_t)DEPTH); frame++)
			stacks[i][1 + frame] = call_site(seed, DEPTH - 1 - frame);
	}
	return stacks;
}

static void write_symbols(struct px_perf_writer *writer)
{
	uint8_t memory[PX_PERF_NOTE_MAX];
	struct px_note_builder note = {.data = memory, .capacity = sizeof(memory)};

	for (uint64_t i = 0; i < FUNCTIONS; i++) {
		char name[32];
		const struct px_note_symbol symbol = {
			.start = TEXT + i * FUNCTION_SIZE,
			.end = TEXT + (i + 1) * FUNCTION_SIZE,
			.pid = UINT32_MAX,
			.name = name,
			.module = "[kernel.kallsyms]",
		};

		snprintf(name, sizeof(name), "function_number_%" PRIu64, i);
		if (px_note_add_symbol(&note, &symbol))
			continue;
		stop_at(px_perf_writer_note(writer, PX_PERF_NOTE_SYMBOLS,
					    px_bytes_of(memory, note.size)));
		note.size = 0;
		px_note_add_symbol(&note, &symbol);
	}
	stop_at(px_perf_writer_note(writer, PX_PERF_NOTE_SYMBOLS,
				    px_bytes_of(memory, note.size)));
}

static void write_tasks(struct px_perf_writer *writer)
{
	for (uint32_t i = 0; i < TASKS; i++) {
		char name[16];
		struct px_perf_record record = {
			.type = PX_PERF_COMM,
			.comm = {.pid = PID, .tid = PID + i, .name = name},
		};

		snprintf(name, sizeof(name), "task-%u", i);
		stop_at(px_perf_writer_add(writer, &record));
	}
}

static void write_samples(struct px_perf_writer *writer)
{
	uint64_t seed = 88172645463325252u;
	uint64_t(*stacks)[DEPTH + 1] = make_stacks(&seed);
	uint8_t memory[PX_SAMPLE_OUTCOME_MAX], sources[DEPTH] = {0};
	struct px_bytes raw = px_sample_outcome_encode(memory, 1, 0, 0, sources, DEPTH);

	for (uint64_t i = 0; i < SAMPLES; i++) {
		uint64_t number = next_random(&seed) % STACKS;
		uint64_t *stack = stacks[number];
		struct px_perf_record record = {
			.type = PX_PERF_SAMPLE,
			.misc = PX_PERF_MISC_KERNEL,
			.origin = {PID, PID + (uint32_t)(number % TASKS), (uint32_t)(i % VCPUS),
				   i * (PERIOD / VCPUS)},
			.sample = {.ip = stack[1],
				   .period = PERIOD,
				   .chain = {stack, DEPTH + 1},
				   .raw = raw},
		};

		stop_at(px_perf_writer_add(writer, &record));
		if (i % 8000 == 0)
			stop_at(px_perf_writer_round(writer));
	}
	free(stacks);
}

static void write_file(const char *path)
{
	char *argv[] = {(char[]){"perf-xen"}, (char[]){"record"}};
	const struct px_perf_event event = {
		.name = "vcpu-clock", .frequency = true, .rate = 997};
	struct px_perf_host host;
	struct px_perf_writer *writer = NULL;

	px_perf_host_read(px_array_size(argv), argv, &host);
	stop_at(px_perf_writer_open(path, &host, &event, 1, &writer));
	write_symbols(writer);
	write_tasks(writer);
	write_samples(writer);
	stop_at(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
}

static struct px_profile *build(const char *path, struct px_trust *trust)
{
	const struct px_dso_options dso = {0};
	const struct px_build_options options = {0};
	struct px_session *session = NULL;
	struct px_profile *profile = NULL;

	stop_at(px_session_open(path, &dso, &session));
	stop_at(px_profile_new(&profile));
	stop_at(px_build_profile(session, &options, profile, trust));
	px_session_close(session);
	return profile;
}

/* The sum of the numbers at the ends of lines. */
static uint64_t sum_of_folded(const char *text)
{
	uint64_t sum = 0;

	for (const char *end = strchr(text, '\n'); end; end = strchr(text, '\n')) {
		const char *blank = memrchr(text, ' ', (size_t)(end - text));

		sum += strtoull(blank, NULL, 10);
		text = end + 1;
	}
	return sum;
}

static void run(const char *path, const struct px_renderer *renderer)
{
	const struct px_render_options options = {.title = "bench",
						  .width = 1200,
						  .sort = PX_SORT_COMM | PX_SORT_DSO |
							  PX_SORT_SYMBOL,
						  .event = PX_ID_NONE};
	struct px_trust trust = {0};
	double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), built;
	struct px_profile *profile = build(path, &trust);
	struct px_report report = {.profile = profile, .trust = &trust};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	built = now(CLOCK_MONOTONIC);
	stop_at(renderer->render(&report, &options, out));
	fclose(out);
	printf("%-6s %6.3f s (CPU %.3f s): %.3f reading, %.3f printing %.1f MB\n",
	       renderer->name, now(CLOCK_MONOTONIC) - start,
	       now(CLOCK_PROCESS_CPUTIME_ID) - cpu, built - start, now(CLOCK_MONOTONIC) - built,
	       (double)size / 1e6);
	if (renderer == &px_render_folded) {
		printf("       %" PRIu64 " samples, %zu nodes, %zu cells\n", trust.samples,
		       profile->node_count, profile->cell_count);
		if (sum_of_folded(text) != profile->events[0].period) {
			fprintf(stderr, "bench-report: the folded stacks lack periods\n");
			exit(1);
		}
	}
	free(text);
	px_profile_free(profile);
	px_trust_fini(&trust);
}

int main(int argc, char **argv)
{
	static const struct px_renderer *const renderers[] = {
		&px_render_folded, &px_render_svg, &px_render_html, &px_render_stdio};
	char made[] = "/tmp/bench-report-XXXXXX";
	const char *path = argc > 1 ? argv[1] : made;

	if (argc <= 1) {
		close(mkstemp(made));
		unlink(made);
		write_file(made);
	}
	for (size_t i = 0; i < px_array_size(renderers); i++)
		run(path, renderers[i]);
	if (argc <= 1)
		unlink(made);
	return 0;
}
