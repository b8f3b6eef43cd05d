/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack of a running program, by our tables of the files that it maps and by libdw:
 *
 *	unwind-process steps N PROGRAM...	after N instructions, each of the next N/4
 *	unwind-process samples N PROGRAM...	N times, 0.3 ms of its time apart
 *
 * Prints counts and the differences. Exit 1 when there is one, or nothing was compared.
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/memory.h"
#include "symbolize/symfs.h"
#include "symbolize/unwinder.h"

enum {
	DEPTH = 128,
	SHOWN = 10,
	STARTED = 20 /* samples until all files are mapped */
};

struct chain {
	uint64_t ip[DEPTH];
	size_t count;
};

struct process {
	pid_t pid;
	int memory;
	struct px_symfs *symfs;
	struct px_program *vdso;
	struct px_unwind_map *map;
	Dwfl *dwfl;
	struct px_unwind_space space;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
};

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "unwind-process: %s\n", err->message);
	exit(2);
}

static void check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(2);
}

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	struct process *p = context;

	return pread(p->memory, ret, sizeof(*ret), (off_t)address) == sizeof(*ret)
		       ? PX_WORD_OK
		       : PX_WORD_BAD;
}

/* --- the program's files --------------------------------------------------------------------
 */

static struct px_program *program_of(struct process *p, const char *path, uint64_t start,
				     uint64_t end)
{
	struct px_program *program = NULL;
	uint8_t bytes[16384];
	ssize_t size;

	if (!strcmp(path, "[vdso]") && !p->vdso) {
		size = pread(p->memory, bytes, px_min(end - start, (uint64_t)sizeof(bytes)),
			     (off_t)start);
		check(size > 0, path);
		stop_at(px_program_open_bytes(px_bytes_of(bytes, (size_t)size), path,
					      &p->vdso));
	}
	if (!strcmp(path, "[vdso]"))
		return p->vdso;
	px_symfs_find(p->symfs, path, NULL, &program);
	return program;
}

static void add_mappings(struct process *p)
{
	char name[64], line[1024], path[512];
	uint64_t start, end, offset, address = 0;
	struct px_program *program;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", p->pid);
	maps = fopen(name, "re");
	check(maps, name);
	px_unwind_map_free(p->map);
	stop_at(px_unwind_map_new(&p->map));
	while (fgets(line, sizeof(line), maps)) {
		char mode[5] = "";

		if (sscanf(line, "%lx-%lx %4s %lx %*s %*s %511s", &start, &end, mode, &offset,
			   path) != 5 ||
		    mode[2] != 'x')
			continue;
		program = program_of(p, path, start, end);
		if (program && px_program_address_of_offset(program, offset, &address))
			stop_at(px_unwind_map_add(p->map, start, end, start - address,
						  px_program_unwind(program)));
	}
	fclose(maps);
	p->space = (struct px_unwind_space){
		.map = p->map,
		.read_word = read_word,
		.context = p,
		.kernel_start = 1ull << 47,
	};
}

static void report_dwfl(struct process *p)
{
	dwfl_end(p->dwfl);
	p->dwfl = dwfl_begin(&callbacks);
	check(p->dwfl && !dwfl_linux_proc_report(p->dwfl, p->pid) &&
		      !dwfl_report_end(p->dwfl, NULL, NULL) &&
		      !dwfl_linux_proc_attach(p->dwfl, p->pid, true),
	      "libdw");
}

/* --- both walks -----------------------------------------------------------------------------
 */

static void registers_of(pid_t pid, struct px_regs *regs)
{
	struct user_regs_struct u;

	check(!ptrace(PTRACE_GETREGS, pid, NULL, &u), "registers");
	*regs = (struct px_regs){
		.reg = {u.rax, u.rdx, u.rcx, u.rbx, u.rsi, u.rdi, u.rbp, u.rsp, u.r8, u.r9,
			u.r10, u.r11, u.r12, u.r13, u.r14, u.r15, u.rip},
		.valid = (1u << PX_REGS) - 1,
	};
}

static enum px_end_reason our_chain(struct process *p, struct chain *chain)
{
	struct px_frame frames[DEPTH];
	enum px_end_reason end;
	struct px_regs regs;

	registers_of(p->pid, &regs);
	end = px_unwind(&p->space, &regs, frames, DEPTH, &chain->count);
	for (size_t i = 0; i < chain->count; i++)
		chain->ip[i] = frames[i].ip;
	return end;
}

static int add_frame(Dwfl_Frame *frame, void *context)
{
	struct chain *chain = context;
	Dwarf_Addr pc = 0;

	if (chain->count == DEPTH || !dwfl_frame_pc(frame, &pc, NULL))
		return DWARF_CB_ABORT;
	chain->ip[chain->count++] = pc;
	return DWARF_CB_OK;
}

static void their_chain(struct process *p, struct chain *chain)
{
	chain->count = 0;
	dwfl_getthread_frames(p->dwfl, p->pid, add_frame, chain);
}

struct tally {
	uint64_t compared, frames, different, longer, rooted;
	uint64_t places; /* at least so many leaf addresses */
	bool seen[4096];
};

static void show(const char *whose, const struct chain *chain)
{
	printf("  %s:", whose);
	for (size_t i = 0; i < px_min(chain->count, (size_t)12); i++)
		printf(" %" PRIx64, chain->ip[i]);
	printf("\n");
}

/* libdw may give up where we have a rule (its own or a frame pointer): then its part counts. */
static void compare(struct process *p, struct tally *tally)
{
	struct chain ours, theirs;
	enum px_end_reason end = our_chain(p, &ours);

	their_chain(p, &theirs);
	/* libdw steps on from the outermost frame to address 0 where that is not marked. What
	 * is no text at all is the last frame for libdw, and none for us. */
	while (theirs.count && !theirs.ip[theirs.count - 1])
		theirs.count--;
	if (end == PX_END_BAD_ADDRESS && theirs.count == ours.count + 1)
		theirs.count--;
	tally->places += !tally->seen[ours.ip[0] % px_array_size(tally->seen)];
	tally->seen[ours.ip[0] % px_array_size(tally->seen)] = true;
	tally->compared++;
	tally->frames += ours.count;
	tally->rooted += end == PX_END_USER_ROOT;
	tally->longer += ours.count > theirs.count;
	if (theirs.count <= ours.count &&
	    !memcmp(ours.ip, theirs.ip, theirs.count * sizeof(ours.ip[0])))
		return;
	if (tally->different++ >= SHOWN)
		return;
	printf("different (ours ended: %s)\n", px_end_reason_name(end));
	show("ours", &ours);
	show("theirs", &theirs);
}

/* --- running --------------------------------------------------------------------------------
 */

static bool wait_stopped(const struct process *p, int *signal_ret)
{
	int status;

	check(waitpid(p->pid, &status, 0) == p->pid, "wait");
	if (!WIFSTOPPED(status))
		return false;
	*signal_ret = WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGSTOP
			      ? 0
			      : WSTOPSIG(status);
	return true;
}

static void start(struct process *p, char **argv)
{
	const struct px_symfs_options options = {.folder = "/", .debug = "/usr/lib/debug"};
	char name[64];
	int signal = 0;

	p->pid = fork();
	check(p->pid >= 0, "fork");
	if (!p->pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[0], argv);
		_exit(127);
	}
	check(wait_stopped(p, &signal), argv[0]);
	ptrace(PTRACE_SETOPTIONS, p->pid, NULL, (void *)PTRACE_O_EXITKILL);
	snprintf(name, sizeof(name), "/proc/%d/mem", p->pid);
	p->memory = open(name, O_RDONLY | O_CLOEXEC);
	check(p->memory >= 0, name);
	stop_at(px_symfs_new(&options, &p->symfs));
}

static bool step(const struct process *p, int *signal)
{
	check(!ptrace(PTRACE_SINGLESTEP, p->pid, NULL, (void *)(intptr_t)*signal), "step");
	return wait_stopped(p, signal);
}

static void run_steps(struct process *p, uint64_t count, struct tally *tally)
{
	int signal = 0;

	for (uint64_t i = 0; i < count; i++)
		if (!step(p, &signal))
			return;
	add_mappings(p);
	report_dwfl(p);
	for (uint64_t i = 0; i < count / 4 && step(p, &signal); i++)
		compare(p, tally);
}

static uint64_t cpu_time_ns(const struct process *p)
{
	struct timespec used = {0};
	clockid_t clock;

	check(!clock_getcpuclockid(p->pid, &clock), "clock");
	clock_gettime(clock, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/*
 * Let it go on with the signals that it sends itself until it had the processor for a while,
 * which on a busy machine is much later. False: it ended.
 */
static bool run_a_while(const struct process *p)
{
	uint64_t end = cpu_time_ns(p) + 300000;
	int status, signal = 0;

	check(!ptrace(PTRACE_CONT, p->pid, NULL, NULL), "continue");
	while (cpu_time_ns(p) < end) {
		pid_t stopped = waitpid(p->pid, &status, WNOHANG);

		if (stopped && !WIFSTOPPED(status))
			return false;
		if (stopped)
			ptrace(PTRACE_CONT, p->pid, NULL, (void *)(intptr_t)WSTOPSIG(status));
		else
			usleep(50);
	}
	kill(p->pid, SIGSTOP);
	while (wait_stopped(p, &signal)) {
		if (!signal)
			return true;
		ptrace(PTRACE_CONT, p->pid, NULL, (void *)(intptr_t)signal);
	}
	return false;
}

static void run_samples(struct process *p, uint64_t count, struct tally *tally)
{
	for (uint64_t i = 0; i < count && run_a_while(p); i++) {
		if (i == STARTED) {
			add_mappings(p);
			report_dwfl(p);
		}
		if (i >= STARTED)
			compare(p, tally);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct process p = {0};
	uint64_t count = argc > 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (argc < 4 || (strcmp(argv[1], "steps") && strcmp(argv[1], "samples"))) {
		fprintf(stderr, "usage: unwind-process steps|samples N PROGRAM...\n");
		return 2;
	}
	start(&p, argv + 3);
	if (!strcmp(argv[1], "steps"))
		run_steps(&p, count, &tally);
	else
		run_samples(&p, count, &tally);
	printf("%s: %" PRIu64 " stacks of %" PRIu64 " frames at %" PRIu64
	       " places compared with libdw, %" PRIu64 " differ, %" PRIu64
	       " go further, %" PRIu64 " end at the root\n",
	       argv[3], tally.compared, tally.frames, tally.places, tally.different,
	       tally.longer, tally.rooted);
	kill(p.pid, SIGKILL);
	dwfl_end(p.dwfl);
	px_unwind_map_free(p.map);
	px_program_free(p.vdso);
	px_symfs_free(p.symfs);
	close(p.memory);
	return !tally.compared || tally.different;
}
