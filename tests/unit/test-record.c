/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recording loop over a guest that changes, is paused by others, and ends. */
#include "tracer/record.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/perfdata-reader.h"
#include "tests/support/guest-double.h"

enum {
	VCPUS = 2,
	HZ = 500,
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* --- a wall clock that jumps
 * ------------------------------------------------------------------
 */

static uint64_t wall_clock_reads;

/* In place of the C library's: an hour back or forth at each look. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, ret);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		ret->tv_sec += wall_clock_reads++ % 2 ? 3600 : -3600;
	return rc;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	*ret = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *ret)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

/* --- the world
 * --------------------------------------------------------------------------------
 */

struct world {
	struct px_guest_double *guest;
	struct px_target target;
	struct px_user_space user_space; /* without processes */
	struct px_record record;
	struct px_stop stop;
	char path[32];
	bool cut;	    /* the file has no proper end */
	size_t seen_mapped; /* pages, at the last tick */
};

static void open_recording(struct world *world, const char *path)
{
	static struct px_perf_host host;
	const struct px_recording_setup setup = {.path = path,
						 .host = &host,
						 .domain = &world->guest->guest.domain,
						 .frequency = HZ};

	check(px_recording_open(&setup, &world->record.recording));
}

static int setup(void **state)
{
	const struct px_sampler_kernel kernel = {.start = UINT64_C(0xff00000000000000)};
	const struct px_sampler_options options = {.pause = true};
	struct world *world = calloc(1, sizeof(*world));
	int fd;

	assert_non_null(world);
	px_log_set_level(PX_LOG_QUIET);
	world->guest = px_guest_double_new(PX_GUEST_PV, VCPUS);
	for (uint32_t i = 0; i < VCPUS; i++)
		px_guest_double_run(world->guest, i, PX_PAGING_4_LEVEL, px_root_of(1),
				    UINT64_C(0xffffffff81000000), 0);
	world->target.guest = &world->guest->guest;
	check(px_memory_new(world->target.guest, 16, &world->target.memory));
	world->record.target = &world->target;
	world->record.user_space = &world->user_space;
	world->record.tally.requested_hz = HZ;
	check(px_sampler_new(world->target.guest, world->target.memory, &kernel, &options,
			     &world->record.sampler));
	snprintf(world->path, sizeof(world->path), "/tmp/px-record-XXXXXX");
	fd = mkstemp(world->path);
	assert_true(fd >= 0);
	close(fd);
	unlink(world->path);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_recording_free(world->record.recording);
	px_sampler_free(world->record.sampler);
	px_memory_free(world->target.memory);
	px_guest_close(world->target.guest);
	unlink(world->path);
	free(world);
	return 0;
}

/* Record for so long at most. */
static struct px_error *run(struct world *world, unsigned int milliseconds)
{
	struct px_error *err;

	check(px_stop_init(&world->stop, px_now_ns() + milliseconds * UINT64_C(1000000)));
	err = px_record_run(&world->record, &world->stop);
	px_stop_fini(&world->stop);
	return err;
}

static uint64_t samples_in_file(struct world *world, uint64_t *lost_ret)
{
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record;
	uint64_t samples = 0;

	*lost_ret = 0;
	check(px_recording_finish(world->record.recording, &world->record.tally));
	check(px_perf_reader_open(world->path, &reader));
	while (px_perf_reader_next(reader, &record)) {
		samples += record.type == PX_PERF_SAMPLE;
		if (record.type == PX_PERF_LOST)
			*lost_ret += record.lost;
	}
	assert_int_equal(px_perf_reader_cut(reader), world->cut);
	px_perf_reader_close(reader);
	return samples;
}

/* All slots are accounted for: a tick, missed, or the guest was paused. */
static void assert_slots(const struct px_tally *tally)
{
	uint64_t slots = tally->ticks + tally->missed + tally->paused;
	uint64_t expected = (tally->end_ns - tally->start_ns) / (1000000000 / HZ);

	assert_in_range(slots, expected - 1, expected + 1);
}

static void test_duration(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;
	uint64_t lost;

	open_recording(world, world->path);
	check(run(world, 300));
	assert_int_equal(world->record.end, PX_DOMAIN_LIVES);
	assert_true(tally->ticks > 0);
	assert_int_equal(tally->samples, VCPUS * tally->ticks);
	assert_int_equal(world->guest->gathers, tally->ticks);
	assert_int_equal(world->guest->pauses, 0);
	assert_slots(tally);
	assert_int_equal(samples_in_file(world, &lost), tally->samples);
	assert_int_equal(lost, tally->missed);
}

/* The wall clock jumps from look to look: the loop does not look, and its slots, its end and
 * the times of its samples are those of the monotonic clock. */
static void test_clock_is_set(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;
	struct timespec now = {0};
	uint64_t before;

	clock_gettime(CLOCK_REALTIME, &now);
	assert_true(wall_clock_reads > 0);
	open_recording(world, world->path);
	before = wall_clock_reads;
	check(run(world, 300));
	assert_int_equal(wall_clock_reads, before);
	assert_true(tally->ticks > 0);
	assert_in_range(tally->end_ns - tally->start_ns, 290000000, 2000000000);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_in_range(tally->end_ns, 1,
			(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	assert_slots(tally);
}

/* --- paused by someone else ------------------------------------------------------------------
 */

static void wait_for_processor(struct px_guest_double *guest)
{
	for (uint32_t i = 0; i < VCPUS; i++)
		guest->vcpus[i].state = PX_VCPU_RUNNABLE;
}

static void test_paused_from_the_start(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;
	uint64_t lost;

	world->guest->pauses = 1;
	world->guest->guest.domain.paused = true;
	open_recording(world, world->path);
	check(run(world, 100));
	assert_int_equal(tally->ticks, 0);
	assert_true(tally->paused > 0);
	assert_slots(tally);
	assert_int_equal(world->guest->gathers, 0);
	assert_int_equal(world->guest->pauses, 1);
	assert_int_equal(samples_in_file(world, &lost), 0);
}

static void pause_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers != 10)
		return;
	wait_for_processor(guest);
	guest->pauses++;
}

/* Its first tick after the pause shows that processor time was used; from the next on nothing
 * counts, long before the domain is looked at the next time. */
static void test_paused_meanwhile(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;

	world->guest->moved = pause_after_ten;
	open_recording(world, world->path);
	check(run(world, 300));
	assert_int_equal(tally->ticks, 10);
	assert_int_equal(tally->samples, 10 * VCPUS);
	assert_int_equal(world->guest->gathers, 11);
	assert_int_equal(world->guest->pauses, 1);
	assert_true(tally->paused > 0);
	assert_slots(tally);
}

/* Standing still alone is no pause. */
static void test_starved(void **state)
{
	struct world *world = *state;

	wait_for_processor(world->guest);
	open_recording(world, world->path);
	check(run(world, 100));
	assert_int_equal(world->record.tally.paused, 0);
	assert_int_equal(world->record.tally.samples, VCPUS * world->record.tally.ticks);
	assert_int_equal(world->record.tally.runnable, world->record.tally.samples);
}

/* --- ends ------------------------------------------------------------------------------------
 */

static void crash_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers != 10)
		return;
	wait_for_processor(guest);
	guest->guest.domain.crashed = guest->guest.domain.shutdown = true;
}

static void test_crash(void **state)
{
	struct world *world = *state;
	uint64_t lost;

	world->guest->moved = crash_after_ten;
	open_recording(world, world->path);
	check(run(world, 5000));
	assert_int_equal(world->record.end, PX_DOMAIN_CRASHED);
	assert_int_equal(world->record.tally.ticks, 10);
	assert_int_equal(samples_in_file(world, &lost), 10 * VCPUS);
}

static void shut_down_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers == 10)
		guest->guest.domain.shutdown = true;
}

/* Found out by the look once a second. */
static void test_shutdown(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;

	world->guest->moved = shut_down_after_ten;
	open_recording(world, world->path);
	check(run(world, 5000));
	assert_int_equal(world->record.end, PX_DOMAIN_SHUT_DOWN);
	assert_in_range(tally->end_ns - tally->start_ns, 900000000, 2500000000);
}

static void test_destroyed(void **state)
{
	struct world *world = *state;
	uint64_t lost;

	world->guest->die = 41;
	open_recording(world, world->path);
	check(run(world, 5000));
	assert_int_equal(world->record.end, PX_DOMAIN_DESTROYED);
	assert_in_range(world->record.tally.ticks, 10, 40);
	assert_int_equal(samples_in_file(world, &lost), world->record.tally.samples);
}

/* --- what comes after ------------------------------------------------------------------------
 */

static void assert_end(const struct world *world, enum px_domain_end end, const char *text)
{
	char shown[PX_RECORD_END_TEXT];

	assert_int_equal(world->record.end, end);
	assert_string_equal(px_record_end_text(&world->record, shown), text);
}

static void reboot_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers != 10)
		return;
	wait_for_processor(guest);
	guest->guest.domain.rebooting = guest->guest.domain.shutdown = true;
}

/* The toolstack takes a while to make the new domain. */
static void test_reboot(void **state)
{
	struct world *world = *state;

	world->guest->moved = reboot_after_ten;
	world->guest->successor = 8;
	world->guest->successor_after = 5;
	open_recording(world, world->path);
	check(run(world, 60000));
	assert_end(world, PX_DOMAIN_REBOOTED, "was rebooted as domain 8");
	assert_int_equal(world->record.tally.ticks, 10);
	/* What is waited for afterwards is no time of the recording. */
	assert_in_range(world->record.tally.end_ns - world->record.tally.start_ns, 1,
			400000000);
}

/* Of a quick reboot only the end is seen. */
static void test_quick_reboot(void **state)
{
	struct world *world = *state;

	world->guest->die = 41;
	world->guest->successor = 9;
	open_recording(world, world->path);
	check(run(world, 60000));
	assert_end(world, PX_DOMAIN_DESTROYED, "was rebooted as domain 9");
}

/* It is not made anew, and the end of the time or a Ctrl-C ends the waiting. */
static void test_interrupted_after_a_reboot(void **state)
{
	struct world *world = *state;
	uint64_t start = px_now_ns();

	world->guest->moved = reboot_after_ten;
	open_recording(world, world->path);
	check(run(world, 300));
	assert_end(world, PX_DOMAIN_REBOOTED, "was rebooted");
	assert_true(px_now_ns() - start < UINT64_C(2000000000));
}

static void suspend_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers != 10)
		return;
	wait_for_processor(guest);
	guest->guest.domain.suspended = guest->guest.domain.shutdown = true;
}

static void test_migration(void **state)
{
	struct world *world = *state;

	world->guest->moved = suspend_after_ten;
	open_recording(world, world->path);
	check(run(world, 60000));
	assert_end(world, PX_DOMAIN_SUSPENDED, "was suspended to be saved or migrated away");
}

/* --- memory ----------------------------------------------------------------------------------
 */

/* Look at a word of the guest, so that its page is mapped; returns how many pages are. */
static size_t map_a_page(struct world *world)
{
	struct px_guest_double *guest = world->guest;
	px_root root = px_guest_double_root(guest);
	uint64_t word = 0;

	px_guest_double_write_word(guest, PX_PAGING_4_LEVEL, root, 0x1000, 5);
	assert_int_equal(px_memory_word(world->target.memory, PX_PAGING_4_LEVEL, root,
					px_gva_of(0x1000), &word),
			 PX_READ_OK);
	assert_int_equal(word, 5);
	return guest->mapped_now;
}

static void balloon_after_ten(struct px_guest_double *guest, void *context)
{
	struct world *world = context;

	if (guest->gathers == 10)
		guest->memory_kib -= 4;
	world->seen_mapped = guest->mapped_now;
}

/* Pages that were given back may be another domain's: by the next look nothing is mapped. */
static void test_balloon(void **state)
{
	struct world *world = *state;

	assert_true(map_a_page(world) > 0);
	world->guest->moved = balloon_after_ten;
	world->guest->moved_context = world;
	open_recording(world, world->path);
	check(run(world, 1300));
	assert_true(world->record.tally.ticks > 10);
	assert_int_equal(world->seen_mapped, 0);
	assert_int_equal(world->guest->mapped_now, 0);
}

/* Without a change they stay mapped. */
static void test_no_balloon(void **state)
{
	struct world *world = *state;
	size_t mapped = map_a_page(world);

	open_recording(world, world->path);
	check(run(world, 1300));
	assert_int_equal(world->guest->mapped_now, mapped);
}

static void test_dying_domain_is_let_go(void **state)
{
	struct world *world = *state;

	assert_true(map_a_page(world) > 0);
	world->guest->die = 41;
	open_recording(world, world->path);
	check(run(world, 5000));
	assert_int_equal(world->record.end, PX_DOMAIN_DESTROYED);
	assert_int_equal(world->guest->mapped_now, 0);
}

static void test_failure(void **state)
{
	struct world *world = *state;
	struct px_error *err;

	world->guest->fail_gather = 5;
	open_recording(world, world->path);
	err = run(world, 5000);
	assert_non_null(err);
	px_error_free(err);
	assert_int_equal(world->record.end, PX_DOMAIN_LIVES);
	assert_int_equal(world->record.tally.ticks, 4);
	assert_int_equal(world->guest->pauses, 0);
}

/* A file that must not grow stands for a disk that is full. */
static void test_disk_full(void **state)
{
	struct world *world = *state;
	struct rlimit old, small;
	struct px_error *err;
	uint64_t lost;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 50000, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	open_recording(world, world->path);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = run(world, 20000);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_SYSTEM);
	assert_int_equal(err->errno_value, EFBIG);
	px_error_free(err);
	world->cut = true;
	assert_in_range(samples_in_file(world, &lost), 100, world->record.tally.samples - 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(world->guest->pauses, 0);
}

/* --- changes ---------------------------------------------------------------------------------
 */

static void plug_after_ten(struct px_guest_double *guest, void *context)
{
	if (guest->gathers == 10)
		guest->memory_kib += 1024;
	if (guest->gathers == 20)
		guest->vcpus[1].state = PX_VCPU_OFFLINE;
	if (guest->gathers == 30)
		guest->vcpus[1].state = PX_VCPU_RUNNING;
}

static void test_changes(void **state)
{
	struct world *world = *state;
	const struct px_tally *tally = &world->record.tally;

	world->guest->moved = plug_after_ten;
	open_recording(world, world->path);
	check(run(world, 1300));
	assert_true(tally->ticks > 30);
	assert_int_equal(tally->offline, 10);
	assert_int_equal(tally->samples, VCPUS * tally->ticks - 10);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(duration),
		test(clock_is_set),
		test(paused_from_the_start),
		test(starved),
		test(paused_meanwhile),
		test(crash),
		test(shutdown),
		test(destroyed),
		test(failure),
		test(disk_full),
		test(changes),
		test(reboot),
		test(quick_reboot),
		test(interrupted_after_a_reboot),
		test(migration),
		test(balloon),
		test(no_balloon),
		test(dying_domain_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
