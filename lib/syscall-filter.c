/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which system calls each duty may make (lib/privileges.h), with libseccomp.
 *
 * A filter sees the numbers that a call is given, not what they point at: it knows the request
 * of an ioctl and not its device, and flags but no paths. Where a path matters, file-rules.c
 * decides.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/privileges.h"

const bool px_syscall_filter_built = true;

/* All duties: what a C program does that waits, writes and ends. */
static const int basic[] = {
	SCMP_SYS(read),		SCMP_SYS(write),
	SCMP_SYS(close),	SCMP_SYS(munmap),
	SCMP_SYS(brk),		SCMP_SYS(madvise),
	SCMP_SYS(poll),		SCMP_SYS(ppoll),
	SCMP_SYS(nanosleep),	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid),
	SCMP_SYS(gettid),	SCMP_SYS(restart_syscall),
	SCMP_SYS(futex),	SCMP_SYS(sched_yield),
	SCMP_SYS(exit),		SCMP_SYS(exit_group),
};

/* Reading files by name, and writing to those that are open. */
static const int files[] = {
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(lseek),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fstat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(fadvise64),
	SCMP_SYS(openat2),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(getcwd),
	SCMP_SYS(mremap),
	SCMP_SYS(dup),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(fsync),
	SCMP_SYS(sched_getaffinity),
};

/* Filling caches, waiting for signals and for a command. */
static const int caches[] = {
	SCMP_SYS(openat),    SCMP_SYS(mkdir),	  SCMP_SYS(mkdirat), SCMP_SYS(rename),
	SCMP_SYS(renameat),  SCMP_SYS(renameat2), SCMP_SYS(unlink),  SCMP_SYS(unlinkat),
	SCMP_SYS(symlink),   SCMP_SYS(symlinkat), SCMP_SYS(wait4),   SCMP_SYS(waitid),
	SCMP_SYS(signalfd4),
};

/* What a second px_privileges_drop makes. */
static const int dropping[] = {
	SCMP_SYS(prctl),
	SCMP_SYS(capget),
	SCMP_SYS(capset),
	SCMP_SYS(seccomp),
	SCMP_SYS(landlock_create_ruleset),
	SCMP_SYS(landlock_add_rule),
	SCMP_SYS(landlock_restrict_self),
};

/* Fails with the negative errno of libseccomp; once failed, does nothing. */
struct filter {
	scmp_filter_ctx context;
	int result;
};

static void allow(struct filter *filter, int call)
{
	if (filter->result == 0)
		filter->result = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, call, 0);
}

static void allow_list(struct filter *filter, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		allow(filter, calls[i]);
}

/* Only where the argument of that index has the value. */
static void allow_value(struct filter *filter, int call, unsigned int index, uint64_t value)
{
	if (filter->result == 0)
		filter->result = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, call, 1,
						  SCMP_CMP(index, SCMP_CMP_EQ, value));
}

/* Only where the argument has none of these bits. */
static void allow_without(struct filter *filter, int call, unsigned int index, uint64_t bits)
{
	if (filter->result == 0)
		filter->result = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, call, 1,
						  SCMP_CMP(index, SCMP_CMP_MASKED_EQ, bits, 0));
}

static void allow_fcntl(struct filter *filter)
{
	const int commands[] = {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC};

	for (size_t i = 0; i < px_array_size(commands); i++)
		allow_value(filter, SCMP_SYS(fcntl), 1, (uint64_t)commands[i]);
}

/* Memory is never made executable. */
static void allow_memory(struct filter *filter)
{
	allow_without(filter, SCMP_SYS(mmap), 2, PROT_EXEC);
	allow_without(filter, SCMP_SYS(mprotect), 2, PROT_EXEC);
}

static void allow_kill(struct filter *filter, pid_t pid, int signal)
{
	if (filter->result == 0)
		filter->result = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW,
						  SCMP_SYS(kill), 2,
						  SCMP_CMP(0, SCMP_CMP_EQ, (uint64_t)pid),
						  SCMP_CMP(1, SCMP_CMP_EQ, (uint64_t)signal));
}

static void allow_duty(struct filter *filter, const struct px_privileges *keep)
{
	allow_list(filter, basic, px_array_size(basic));
	allow_memory(filter);
	/* A failed assertion ends this process, and no other. */
	allow_value(filter, SCMP_SYS(tgkill), 0, (uint64_t)getpid());
	for (size_t i = 0; i < keep->ioctl_count; i++)
		allow_value(filter, SCMP_SYS(ioctl), 1, keep->ioctls[i]);
	if (keep->duty == PX_DUTY_GUARD)
		return;
	allow_list(filter, files, px_array_size(files));
	allow_fcntl(filter);
	allow_value(filter, SCMP_SYS(ioctl), 1, TCGETS); /* isatty */
	if (keep->duty == PX_DUTY_REPORT) {
		allow_without(filter, SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC);
		return;
	}
	allow_list(filter, caches, px_array_size(caches));
	/* Since Xen 4.20 its library asks xenstored so; no socket can be made or connected. */
	allow_value(filter, SCMP_SYS(sendmsg), 2, MSG_NOSIGNAL);
	if (keep->first_step)
		allow_list(filter, dropping, px_array_size(dropping));
	else
		allow_value(filter, SCMP_SYS(prctl), 0, PR_SET_TIMERSLACK);
	if (keep->command)
		allow_kill(filter, keep->command, SIGTERM);
}

struct px_error *px_syscall_filter_apply(const struct px_privileges *keep)
{
	struct filter filter = {.context = seccomp_init(SCMP_ACT_ERRNO(EPERM))};

	if (!filter.context)
		return &px_error_no_memory;
	/* Where the kernel cannot log, it still refuses. */
	(void)seccomp_attr_set(filter.context, SCMP_FLTATR_CTL_LOG, 1);
	allow_duty(&filter, keep);
	if (filter.result == 0)
		filter.result = seccomp_load(filter.context);
	seccomp_release(filter.context);
	if (filter.result)
		return px_error_system(-filter.result, "cannot filter system calls");
	return NULL;
}
