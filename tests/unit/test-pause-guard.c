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
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/privileges.h"

#define KILLS	 200
#define PERMIT	 21
#define LIMIT_MS 100
#define LIMIT_NS (LIMIT_MS * UINT64_C(1000000))

struct hypervisor {
	uint64_t pauses, paused, resumed;
	/* Not a part of hypercalls. */
	uint64_t undone; /* by guards */
	uint64_t ticks;	 /* of samplers */
	uint64_t number, number_undone;
	uint32_t permit;
	uint32_t told;	   /* the sampler found that its pause was undone */
	int refused_errno; /* see test_filter */
};

#define CALL_SIZE offsetof(struct hypervisor, undone)

static struct hypervisor *hypervisor_new(uint64_t pauses)
{
	struct hypervisor *xen = mmap(NULL, sizeof(*xen), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(xen != MAP_FAILED);
	*xen = (struct hypervisor){
		.pauses = pauses,
		.paused = PX_CALL_NOT_MADE,
		.resumed = PX_CALL_NOT_MADE,
		.permit = PERMIT,
		.number = 1,
	};
	return xen;
}

static struct px_pause_words words_of(struct hypervisor *xen)
{
	return (struct px_pause_words){
		.paused = &xen->paused,
		.resumed = &xen->resumed,
		.permit = &xen->permit,
		.permitted = PERMIT,
		.number = &xen->number,
		.undone = &xen->number_undone,
	};
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

	if (after.permit == PERMIT) {
		after.pauses--;
		after.resumed = 0;
	} else {
		after.resumed = PX_CALL_REFUSED;
	}
	hypercall(xen, after);
}

/* As the sampler must: resume until it is so, whoever did it. */
static void resume_surely(struct hypervisor *xen)
{
	struct px_pause_words words = words_of(xen);

	for (resume_domain(xen); xen->resumed == PX_CALL_REFUSED; resume_domain(xen)) {
		if (px_pause_was_undone(&words)) {
			xen->told++;
			return;
		}
	}
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
	struct px_error *err = px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS);

	if (err || write(ready, &guard.pid, sizeof(guard.pid)) != sizeof(guard.pid))
		_exit(98);
	for (;;) {
		px_pause_words_reset(&words);
		pause_domain(xen);
		spin((unsigned int)random() % 200);
		resume_surely(xen);
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

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
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
	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
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
	for (int i = 0; i < 6; i++) {
		int readonly = i % 3;
		bool by_guard = i >= 3;
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		uint64_t *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		uint64_t *words[3] = {pages, pages + page / sizeof(*pages),
				      pages + 2 * page / sizeof(*pages)};
		uint64_t undone = by_guard ? 7 : 6;
		int status = -1;
		pid_t pid;

		assert_true(pages != MAP_FAILED);
		*words[1] = by_guard ? PX_CALL_REFUSED : 0;
		*words[2] = 7;
		assert_int_equal(mprotect(words[readonly], page, PROT_READ), 0);
		faulting = (struct px_pause_words){.paused = words[0],
						   .resumed = words[1],
						   .number = words[2],
						   .undone = &undone};
		pid = fork();
		if (pid == 0) {
			signal(SIGSEGV, on_fault);
			px_pause_words_reset(&faulting);
			_exit(2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		munmap(pages, 3 * page);
	}
}

static void test_failed_pause_is_not_undone(void **state)
{
	struct hypervisor *xen = hypervisor_new(255);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
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

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
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
	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	px_pause_guard_stop(&guard);
	munmap(xen, sizeof(*xen));
}

/* --- too long a pause ------------------------------------------------------------------------
 */

static bool is_stopped(pid_t pid)
{
	char path[64], line[256] = "";
	FILE *file;
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	state = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return state && state[1] == ' ' && state[2] == 'T';
}

static void wait_until_stopped(pid_t pid)
{
	while (!is_stopped(pid))
		usleep(100);
}

static void wait_until(const uint64_t *word, uint64_t value)
{
	for (int i = 0; i < 5000 && __atomic_load_n(word, __ATOMIC_SEQ_CST) != value; i++)
		usleep(1000);
	assert_int_equal(__atomic_load_n(word, __ATOMIC_SEQ_CST), value);
}

/* Stopped at one instant of a tick, told by `where`, then let go for one tick more. */
static void one_late_tick(struct hypervisor *xen, int where, int ready)
{
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};
	struct px_error *err = px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS);

	if (err || write(ready, &guard.pid, sizeof(guard.pid)) != sizeof(guard.pid))
		_exit(98);
	for (int tick = 0; tick < 3; tick++) {
		px_pause_words_reset(&words);
		if (tick == 1 && where == 0)
			raise(SIGSTOP);
		pause_domain(xen);
		if (tick == 1 && where == 1)
			raise(SIGSTOP);
		resume_surely(xen);
		xen->ticks++;
		if (tick == 1 && where == 2)
			raise(SIGSTOP);
	}
	px_pause_guard_stop(&guard);
	_exit(0);
}

static pid_t start_late(struct hypervisor *xen, int where)
{
	int ends[2], unused;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		one_late_tick(xen, where, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &unused, sizeof(unused)), sizeof(unused));
	close(ends[0]);
	wait_until_stopped(pid);
	return pid;
}

/* It holds a pause and does not go on: undone after the limit, once; and so say the words, to a
 * sampler that goes on or dies. */
static void late(uint64_t others, bool goes_on)
{
	struct hypervisor *xen = hypervisor_new(others);
	pid_t pid = start_late(xen, 1);
	uint64_t start = now_ms();
	int status = -1;

	assert_int_equal(xen->pauses, others + 1);
	wait_until(&xen->undone, 1);
	assert_in_range(now_ms() - start, LIMIT_MS / 2, LIMIT_MS * 20);
	assert_int_equal(xen->pauses, others);
	assert_int_equal(kill(pid, goes_on ? SIGCONT : SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, goes_on ? 0 : SIGKILL);
	if (!goes_on)
		assert_true(waitpid(-1, NULL, 0) > 0); /* the guard */
	assert_int_equal(xen->pauses, others);
	assert_int_equal(xen->undone, 1);
	assert_int_equal(xen->told, goes_on);
	assert_int_equal(xen->ticks, goes_on ? 3 : 1);
	munmap(xen, sizeof(*xen));
}

static void test_stopped_in_a_pause(void **state)
{
	late(0, true);
	late(1, true);
	late(0, false);
	late(1, false);
}

/* Without a pause it may stand as long as it likes. */
static void test_stopped_outside(void **state)
{
	for (int where = 0; where <= 2; where += 2) {
		struct hypervisor *xen = hypervisor_new(1);
		pid_t pid = start_late(xen, where);
		int status = -1;

		usleep(3 * LIMIT_MS * 1000);
		assert_int_equal(xen->undone, 0);
		assert_int_equal(xen->pauses, 1);
		assert_int_equal(xen->permit, PERMIT);
		assert_int_equal(kill(pid, SIGCONT), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(xen->pauses, 1);
		assert_int_equal(xen->ticks, 3);
		munmap(xen, sizeof(*xen));
	}
}

/*
 * It goes on at the worst of times: in the grace, when its resume is refused and the guard has
 * not acted yet.
 */
static void test_goes_on_in_the_grace(void **state)
{
	struct hypervisor *xen = hypervisor_new(1);
	pid_t pid = start_late(xen, 1);
	int status = -1;

	while (__atomic_load_n(&xen->permit, __ATOMIC_SEQ_CST) == PERMIT)
		usleep(100);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(xen->pauses, 1);
	assert_int_equal(xen->undone, 1);
	assert_int_equal(xen->told, 1);
	assert_int_equal(xen->ticks, 3);
	munmap(xen, sizeof(*xen));
}

/* A call that the hypervisor had let in before the permit went ends in the grace. */
static void test_resumed_in_the_grace(void **state)
{
	struct hypervisor *xen = hypervisor_new(1);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
	px_pause_words_reset(&words);
	pause_domain(xen);
	while (__atomic_load_n(&xen->permit, __ATOMIC_SEQ_CST) == PERMIT)
		usleep(100);
	xen->pauses--;
	__atomic_store_n(&xen->resumed, 0, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&xen->permit, __ATOMIC_SEQ_CST) != PERMIT)
		usleep(100);
	assert_int_equal(xen->undone, 0);
	assert_int_equal(xen->pauses, 1);
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->undone, 0);
	munmap(xen, sizeof(*xen));
}

/* A guard that is killed in the grace decides nothing: the sampler resumes by itself. */
static void test_guard_dies_in_the_grace(void **state)
{
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, LIMIT_NS));
	px_pause_words_reset(&words);
	pause_domain(xen);
	while (__atomic_load_n(&xen->permit, __ATOMIC_SEQ_CST) == PERMIT)
		usleep(100);
	assert_int_equal(kill(guard.pid, SIGKILL), 0);
	resume_surely(xen);
	assert_int_equal(xen->pauses, 0);
	assert_int_equal(xen->undone, 0);
	assert_int_equal(xen->told, 0);
	px_pause_guard_stop(&guard);
	munmap(xen, sizeof(*xen));
}

/* Many pauses one after the other are none that is too long. */
static void test_many_short_pauses(void **state)
{
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};
	uint64_t start = now_ms();

	assert_null(px_pause_guard_start(&guard, &words, &ops, xen, 2 * LIMIT_NS));
	while (now_ms() - start < 6 * LIMIT_MS) {
		px_pause_words_reset(&words);
		pause_domain(xen);
		usleep(1000);
		resume_surely(xen);
	}
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->undone, 0);
	munmap(xen, sizeof(*xen));
}

/* --- Ctrl-Z ----------------------------------------------------------------------------------
 */

static void hold(int ready)
{
	sigset_t before;
	char byte = 0;

	setpgid(0, 0);
	px_pause_hold_stops(&before);
	raise(SIGTSTP);
	raise(SIGTTIN);
	raise(SIGTTOU);
	if (write(ready, &byte, 1) != 1)
		_exit(1);
	usleep(50000);
	if (write(ready, &byte, 1) != 1)
		_exit(1);
	px_pause_release_stops(&before);
	_exit(0);
}

static void test_terminal_stops_wait(void **state)
{
	int ends[2], status = -1;
	char bytes[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		hold(ends[1]);
	setpgid(pid, pid);
	/* The second byte shows that it was not stopped before. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(read(ends[0], &bytes[i], 1), 1);
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
		assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

/* --- starting --------------------------------------------------------------------------------
 */

static void unpause_and_try(void *context)
{
	struct hypervisor *xen = context;

	unpause(context);
	errno = 0;
	if (open("/dev/null", O_RDONLY) >= 0)
		xen->refused_errno = -1;
	else
		xen->refused_errno = errno;
}

static void test_gives_up_privileges(void **state)
{
	const struct px_pause_guard_ops trying = {.arm = arm, .unpause = unpause_and_try};
	struct hypervisor *xen = hypervisor_new(0);
	struct px_pause_words words = words_of(xen);
	struct px_pause_guard guard = {0};

	if (!px_syscall_filter_built) {
		munmap(xen, sizeof(*xen));
		print_message("this build has no filter of system calls\n");
		skip();
	}
	assert_null(px_pause_guard_start(&guard, &words, &trying, xen, LIMIT_NS));
	px_pause_words_reset(&words);
	pause_domain(xen);
	px_pause_guard_stop(&guard);
	assert_int_equal(xen->undone, 1);
	assert_int_equal(xen->refused_errno, EPERM);
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

	err = px_pause_guard_start(&guard, &words, &failing, xen, LIMIT_NS);
	assert_non_null(err);
	assert_int_equal(err->errno_value, EACCES);
	px_error_free(err);
	assert_int_equal(guard.pid, 0);
	err = px_pause_guard_start(&guard, &words, &crashing, xen, LIMIT_NS);
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
		cmocka_unit_test(test_stopped_in_a_pause),
		cmocka_unit_test(test_stopped_outside),
		cmocka_unit_test(test_goes_on_in_the_grace),
		cmocka_unit_test(test_resumed_in_the_grace),
		cmocka_unit_test(test_guard_dies_in_the_grace),
		cmocka_unit_test(test_many_short_pauses),
		cmocka_unit_test(test_terminal_stops_wait),
		cmocka_unit_test(test_gives_up_privileges),
		cmocka_unit_test(test_signals_do_not_end_it),
		cmocka_unit_test(test_holds_no_files),
		cmocka_unit_test(test_guard_cannot_start),
	};

	/* Orphans become children of ours. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
