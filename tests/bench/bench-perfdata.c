/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write and read a perf.data of a million samples, 20 frames each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/perfdata-notes.h"
#include "lib/perfdata-reader.h"
#include "tests/support/perfdata-fixture.h"

enum {
	SAMPLES = 1000000,
	FRAMES = 20,
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "%s\n", err->message);
	exit(1);
}

static void write_samples(const char *path)
{
	struct px_perf_writer *writer = NULL;
	uint64_t chain[1 + FRAMES] = {PX_PERF_CONTEXT_KERNEL};
	uint8_t sources[FRAMES] = {0, 1, 1, 1}, memory[PX_SAMPLE_OUTCOME_MAX];
	struct px_perf_record record = {
		.type = PX_PERF_SAMPLE,
		.misc = PX_PERF_MISC_KERNEL,
		.origin = {10000001, 11000000, 0, 0},
		.sample = {.period = 1003009, .chain = {chain, 1 + FRAMES}}};

	check(px_fixture_open(path, &writer));
	for (size_t i = 0; i < SAMPLES; i++) {
		for (size_t k = 0; k < FRAMES; k++)
			chain[1 + k] = 0xffffffff81000000u + (i * k * 64) % 0x800000;
		record.sample.ip = chain[1];
		record.origin.time = i * 1000;
		record.sample.raw = px_sample_outcome_encode(memory, 1, 0, 0, sources, FRAMES);
		check(px_perf_writer_add(writer, &record));
		if (i % 1000 == 999)
			check(px_perf_writer_round(writer));
	}
	check(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
}

static size_t read_samples(const char *path)
{
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record;
	size_t frames = 0;

	check(px_perf_reader_open(path, &reader));
	while (px_perf_reader_next(reader, &record))
		if (record.type == PX_PERF_SAMPLE)
			frames += record.sample.chain.count - 1;
	px_perf_reader_close(reader);
	return frames;
}

int main(void)
{
	char folder[] = "/tmp/px-bench-XXXXXX", path[64];
	double start = seconds(), middle;
	size_t frames;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/perf.data", folder);
	write_samples(path);
	middle = seconds();
	frames = read_samples(path);
	printf("write %d samples: %.3f s\nread %zu frames: %.3f s\n", SAMPLES, middle - start,
	       frames, seconds() - middle);
	unlink(path);
	rmdir(folder);
	return frames != (size_t)SAMPLES * FRAMES;
}
