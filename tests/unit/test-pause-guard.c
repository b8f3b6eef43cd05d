/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause guard against a sampler that is killed at any instant.
 *
 * The hypervisor of this test is a structure in shared memory: how many pauses are held, and
 * the results of the last two calls. A hypercall writes all of it by one system call, so that,
 * as with the real one, a process is killed before or after it but not within.
 */
#include "guest/pause-guard.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define KILLS 200

struct hypervisor {
	uint64_t pauses, paused, resumed;
	/* Not a part of hypercalls. */
	uint64_t undone; /* by guards */
	uint64_t ticks;	 /* of samplers */
};

#define CALL_SIZE offsetof(struct hypervisor, undone)

static struct hypervisor *hypervisor_new(uint64_t pauses)
{
	struct hypervisor *xen = mmap(NULL, sizeof(*xen), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(xen != MAP_FAILED);
	*xen = (struct hypervisor){
		.pauses = pauses, .paused = PX_CALL_NOT_MADE, .resumed = PX_CALL_NOT_MADE};
	return xen;
}

static struct px_pause_words words_of(struct hypervisor *xen)
{
	return (struct px_pause_words){.paused = &xen->paused, .resumed = &xen->resumed};
}

static void hypercall(struct hypervisor *xen, struct hypervisor after)
{
	struct iovec from = {&after, CALL_SIZE}, to = {xen, CALL_SIZE};

	if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) != (ssize_t)CALL_SIZE)
		_exit(99);
}

static void pause_domain(struct hypervisor *xen)
{
	struct hypervisor after = *xen;

	after.pauses++;
	after.paused = 0;
	hypercall(xen, after);
}

static void resume_domain(struct hypervisor *xen)
{
	struct hypervisor after = *xen;

	after.pauses--;
	after.resumed = 0;
	hypercall(xen, after);
}

static int arm(void *context)
{
	return 0;
}

/* What Xen answers to one unpause too many is an error: the count does not go below zero. */
static void unpause(void *context)
{
	struct hypervisor *xen = context;

	if (xen->pauses)
		xen->pauses--;
	xen->undone++;
}

static const struct px_pause_guard_ops ops = {.arm = arm, .unpause = unpause};

static void spin(unsigned int turns)
{
	for (volatile unsigned int i = 0; i < turns; i++)
		;
}

/* Sample for ever, as fast as it goes, so that most instants are near a change. */
static void sampler(struct hypervisor *xen, int ready)
{
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};
	struct px_error *err = px_pause_guard_start(&guard, &words, &ops, xen);

	if (err || write(ready, &guard.pid, sizeof(guard.pid)) != sizeof(guard.pid))
		_exit(98);
	for (;;) {
		px_pause_words_reset(&words);
		pause_domain(xen);
		spin((unsigned int)random() % 200);
		resume_domain(xen);
		xen->ticks++;
	}
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The guard of a dead sampler is our child, see main. Returns the milliseconds waited. */
static uint64_t wait_for_guard(pid_t pid)
{
	uint64_t start = now_ms();
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return now_ms() - start;
}

/* Run a sampler and kill it after some microseconds. Returns its guard's id. */
static pid_t kill_sampler(struct hypervisor *xen, unsigned int after_us)
{
	int ends[2];
	pid_t pid, guard = 0;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		srandom(after_us);
		sampler(xen, ends[1]);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &guard, sizeof(guard)), sizeof(guard));
	usleep(after_us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
	return guard;
}

static void kill_many(uint64_t pauses_of_others)
{
	struct hypervisor *xen = hypervisor_new(pauses_of_others);
	unsigned int slow = 0;

	for (int i = 0; i < KILLS; i++) {
		struct px_pause_words words = words_of(xen);
		pid_t guard;

		px_pause_words_reset(&words);
		guard = kill_sampler(xen, (unsigned int)random() % 3000);
		slow += wait_for_guard(guard) > 100;
		assert_int_equal(xen->pauses, pauses_of_others);
	}
	/* Samplers sampled, many died in a pause, and guards were quick on a busy machine. */
	assert_true(xen->ticks > KILLS);
	assert_true(xen->undone > KILLS / 10);
	assert_true(xen->undone < KILLS);
	assert_true(slow <= KILLS / 20);
	munmap(xen, sizeof(*xen));
}

static void test_killed_at_any_instant(void **state)
{
	kill_many(0);
}

/* Exactly ours is undone: a pause that somebody else holds stays. */
static void test_others_hold_a_pause(void **state)
{
	kill_many(1);
}

static void test_orderly_end(void **state)
{
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen));
	assert_true(guard.pid > 0);
	pause_domain(xen);
	assert_true(px_pause_outstanding(&words));
	resume_domain(xen);
	assert_false(px_pause_outstanding(&words));
	px_pause_guard_stop(&guard);
	px_pause_guard_stop(&guard);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(xen->undone, 0);
	/* Stopped while it should not be: undone all the same. */
	px_pause_words_reset(&words);
	assert_null(px_pause_guard_start(&guard, &words, &ops, xen));
	pause_domain(xen);
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->pauses, 0);
	assert_int_equal(xen->undone, 1);
	munmap(xen, sizeof(*xen));
}

/* Shared with the signal handler of a child that resets them. */
static struct px_pause_words faulting;

static void on_fault(int signal)
{
	_exit(px_pause_outstanding(&faulting) ? 1 : 0);
}

/*
 * The instants within a reset are too short to be hit by chance: make one of the words fault
 * when it is written, and look at both at that point.
 */
static void test_reset_shows_no_pause(void **state)
{
	for (int readonly = 0; readonly < 2; readonly++) {
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		uint64_t *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		uint64_t *words[2] = {pages, pages + page / sizeof(*pages)};
		int status = -1;
		pid_t pid;

		assert_true(pages != MAP_FAILED);
		assert_int_equal(mprotect(words[readonly], page, PROT_READ), 0);
		faulting = (struct px_pause_words){.paused = words[0], .resumed = words[1]};
		pid = fork();
		if (pid == 0) {
			signal(SIGSEGV, on_fault);
			px_pause_words_reset(&faulting);
			_exit(2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		munmap(pages, 2 * page);
	}
}

static void test_failed_pause_is_not_undone(void **state)
{
	struct hypervisor *xen = hypervisor_new(255);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen));
	xen->paused = (uint64_t)-EOVERFLOW;
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->pauses, 255);
	munmap(xen, sizeof(*xen));
}

/* Ctrl-C reaches the whole group of a terminal, and a service manager sends what it likes. */
static void test_signals_do_not_end_it(void **state)
{
	const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen));
	assert_int_equal(getsid(guard.pid), guard.pid);
	for (size_t i = 0; i < px_array_size(signals); i++)
		assert_int_equal(kill(guard.pid, signals[i]), 0);
	usleep(10000);
	assert_int_equal(waitpid(guard.pid, NULL, WNOHANG), 0);
	pause_domain(xen);
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->undone, 1);
	munmap(xen, sizeof(*xen));
}

/* A pipe that the guard kept open would never end for its reader. */
static void test_holds_no_files(void **state)
{
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	assert_null(px_pause_guard_start(&guard, &words, &ops, xen));
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	px_pause_guard_stop(&guard);
	munmap(xen, sizeof(*xen));
}

static int arm_fails(void *context)
{
	return EACCES;
}

static int arm_crashes(void *context)
{
	_exit(3);
}

static void test_guard_cannot_start(void **state)
{
	const struct px_pause_guard_ops failing = {.arm = arm_fails, .unpause = unpause};
	const struct px_pause_guard_ops crashing = {.arm = arm_crashes, .unpause = unpause};
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};
	struct px_error *err;

	err = px_pause_guard_start(&guard, &words, &failing, xen);
	assert_non_null(err);
	assert_int_equal(err->errno_value, EACCES);
	px_error_free(err);
	assert_int_equal(guard.pid, 0);
	err = px_pause_guard_start(&guard, &words, &crashing, xen);
	assert_non_null(err);
	px_error_free(err);
	assert_int_equal(guard.pid, 0);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	munmap(xen, sizeof(*xen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_at_any_instant),
		cmocka_unit_test(test_others_hold_a_pause),
		cmocka_unit_test(test_orderly_end),
		cmocka_unit_test(test_reset_shows_no_pause),
		cmocka_unit_test(test_failed_pause_is_not_undone),
		cmocka_unit_test(test_signals_do_not_end_it),
		cmocka_unit_test(test_holds_no_files),
		cmocka_unit_test(test_guard_cannot_start),
	};

	/* Orphans become children of ours. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
