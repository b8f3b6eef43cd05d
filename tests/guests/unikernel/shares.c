/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unikernel that spends known shares of its time in two functions and asleep, and says on its
 * console what it spent, by Xen's clock: the truth that a profile from outside is held against.
 *
 * command line: [parse=PERCENT] [checksum=PERCENT] [sleep=PERCENT] [round=MS]   (60 30 10 500)
 *
 * In each round each phase runs until it has had its share of all time so far; long rounds keep
 * few samples close to the truth. Every second there is a line
 * "shares parse 600 checksum 300 sleep 100", in tenths of a percent. Below parse() lie NESTED
 * calls of parse_value() and one of scan(), below checksum() one of add_block(); scan() and
 * add_block() are what gcc gives no frame even where it is asked for frame pointers.
 */
#include <stdint.h>

#include "console.h"
#include "events.h"
#include "text.h"
#include "workload.h"

/* A function of its own in every build. */
#if __has_attribute(noclone)
#define apart __attribute__((noinline, noclone))
#else
#define apart __attribute__((noinline))
#endif

#define MILLISECOND 1000000u
#define SECOND	    (1000 * (uint64_t)MILLISECOND)

enum {
	NESTED = 8,
	STEPS = 20000,
	PHASES = 3,
};

static volatile uint64_t sink;

static apart void scan(void)
{
	uint64_t x = sink | 1;

	for (int i = 0; i < STEPS; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
	sink = x;
}

static apart void parse_value(unsigned int level)
{
	if (level > 1)
		parse_value(level - 1);
	else
		scan();
	sink++;
}

static apart void parse(void)
{
	parse_value(NESTED);
	sink++;
}

static apart void add_block(void)
{
	uint64_t sum = sink;

	for (int i = 0; i < STEPS; i++)
		sum = (sum << 1 | sum >> 63) + (uint64_t)i;
	sink = sum;
}

static apart void checksum(void)
{
	add_block();
	sink++;
}

static apart void sleep(void)
{
	events_wait(console_port(), clock_ns() + MILLISECOND);
}

struct phase {
	const char *name;
	void (*run)(void);
	uint64_t percent, spent_ns;
};

/* Give each phase what it lacks of its share of total_ns. */
static apart void run_round(struct phase phases[PHASES], uint64_t total_ns)
{
	for (int i = 0; i < PHASES; i++) {
		struct phase *phase = &phases[i];

		while (phase->spent_ns < total_ns / 100 * phase->percent) {
			uint64_t start = clock_ns();

			phase->run();
			phase->spent_ns += clock_ns() - start;
		}
	}
}

static void tell(const struct phase phases[PHASES])
{
	uint64_t total = 0;

	for (int i = 0; i < PHASES; i++)
		total += phases[i].spent_ns;
	console_text("shares");
	for (int i = 0; i < PHASES; i++) {
		console_text(" ");
		console_text(phases[i].name);
		console_text(" ");
		console_number(phases[i].spent_ns / (total / 1000 + 1));
	}
	console_text("\n");
	console_flush();
}

void workload_run(const char *line)
{
	struct phase phases[PHASES] = {
		{"parse", parse, text_option(line, "parse", 60), 0},
		{"checksum", checksum, text_option(line, "checksum", 30), 0},
		{"sleep", sleep, text_option(line, "sleep", 10), 0},
	};
	uint64_t round_ns = text_option(line, "round", 500) * MILLISECOND;
	uint64_t told = clock_ns();

	for (uint64_t round = 1;; round++) {
		run_round(phases, round * round_ns);
		if (clock_ns() - told < SECOND)
			continue;
		told += SECOND;
		tell(phases);
	}
}
