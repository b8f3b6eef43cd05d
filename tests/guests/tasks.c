/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest program whose processes and threads are in every state that a task can be kept in;
 * each is named for what it does. Runs until it is killed.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int pipe_ends[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void call_me(const char *name)
{
	prctl(PR_SET_NAME, name);
}

static void *sleep_thread(void *unused)
{
	call_me("px-sleeps");
	for (;;)
		sleep(100000);
	return NULL;
}

static void *read_thread(void *unused)
{
	char byte;

	call_me("px-reads");
	while (read(pipe_ends[0], &byte, 1) >= 0)
		continue;
	return NULL;
}

static void *lock_thread(void *unused)
{
	call_me("px-locks");
	pthread_mutex_lock(&lock);
	return NULL;
}

static void spin(void)
{
	for (volatile unsigned int i = 0;; i++)
		continue;
}

/* Its child has not called exec: until then it waits, and no signal is taken. */
static void wait_for_vfork(void)
{
	if (vfork() == 0)
		for (;;)
			pause();
}

static void stop(void)
{
	raise(SIGSTOP);
}

static void be_traced(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
}

static void start_child(const char *name, void (*work)(void))
{
	if (fork() != 0)
		return;
	call_me(name);
	work();
	_exit(0);
}

static void end_at_once(void)
{
}

static void start_thread(void *(*work)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, NULL) != 0)
		exit(1);
}

int main(void)
{
	call_me("px-main");
	if (pipe(pipe_ends) != 0)
		return 1;
	start_child("px-zombie", end_at_once);
	start_child("px-stopped", stop);
	start_child("px-traced", be_traced);
	start_child("px-vforks", wait_for_vfork);
	start_child("px-spins", spin);
	pthread_mutex_lock(&lock);
	start_thread(sleep_thread);
	start_thread(read_thread);
	start_thread(lock_thread);
	for (;;)
		pause();
}
