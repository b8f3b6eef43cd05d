/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused after privileges were given up, and what still goes, tried in children. */
#include "lib/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#define OTHER_USER 12345

/* What a child found: 0 or the number of the line that was not as it should be. */
#define EXPECT(condition)                      \
	do {                                   \
		if (!(condition))              \
			_exit(__LINE__ % 256); \
	} while (0)

/* The call is one that the filter, and nothing else, refuses. */
#define REFUSED(call)                                         \
	do {                                                  \
		errno = 0;                                    \
		EXPECT((long)(call) == -1 && errno == EPERM); \
	} while (0)

struct world {
	char folder[64]; /* with the files "own" and "other" and the folder "cache" */
	char own[80], other[80], cache[80], outside[80], inside[96];
};

static void make_file(const char *path, uid_t owner)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	if (getuid() == 0)
		assert_int_equal(chown(path, owner, owner), 0);
}

static int setup(void **state)
{
	const char *temporary = getenv("TMPDIR");
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	snprintf(w->folder, sizeof(w->folder), "%s/px-privileges-XXXXXX",
		 temporary && strlen(temporary) < 32 ? temporary : "/tmp");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->own, sizeof(w->own), "%s/own", w->folder);
	snprintf(w->other, sizeof(w->other), "%s/other", w->folder);
	snprintf(w->cache, sizeof(w->cache), "%s/cache", w->folder);
	snprintf(w->outside, sizeof(w->outside), "%s/outside", w->folder);
	snprintf(w->inside, sizeof(w->inside), "%s/inside", w->cache);
	make_file(w->own, getuid());
	make_file(w->other, OTHER_USER);
	assert_int_equal(mkdir(w->cache, 0755), 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	unlink(w->own);
	unlink(w->other);
	unlink(w->inside);
	unlink(w->outside);
	rmdir(w->cache);
	assert_int_equal(rmdir(w->folder), 0);
	free(w);
	return 0;
}

static void drop(const struct px_privileges *keep)
{
	struct px_error *err = px_privileges_drop(keep);

	if (err) {
		fprintf(stderr, "%s\n", err->message);
		_exit(255);
	}
}

/* Run in a child, which gives up its privileges itself. */
static void run(void (*child)(const struct world *w), const struct world *w)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		child(w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		fail_msg("line %d or 256 more", WEXITSTATUS(status));
}

static void need_filter(void)
{
	if (!px_syscall_filter_built) {
		print_message("this build has no filter of system calls\n");
		skip();
	}
}

/* --- system calls ---------------------------------------------------------------------------
 */

static void refused_to_all(void)
{
	char *const words[] = {NULL};

	REFUSED(syscall(SYS_execve, "/bin/true", words, words));
	REFUSED(fork());
	REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	REFUSED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	REFUSED(setuid(0));
	REFUSED(kill(getppid(), SIGUSR1));
	REFUSED(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0));
	REFUSED(syscall(SYS_bpf, 0, NULL, 0));
	REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
	REFUSED(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void guard(const struct world *w)
{
	const unsigned long requests[] = {FIONREAD};
	int ends[2], left = -1;

	EXPECT(pipe(ends) == 0);
	drop(&(struct px_privileges){
		.duty = PX_DUTY_GUARD, .ioctls = requests, .ioctl_count = 1});
	refused_to_all();
	REFUSED(open(w->own, O_RDONLY));
	REFUSED(unlink(w->own));
	REFUSED(ioctl(ends[0], FIOCLEX));
	EXPECT(write(ends[1], "abc", 3) == 3);
	EXPECT(ioctl(ends[0], FIONREAD, &left) == 0 && left == 3);
}

static void test_guard(void **state)
{
	need_filter();
	run(guard, *state);
}

static void report(const struct world *w)
{
	int out = open(w->own, O_WRONLY), fd;
	char byte = 0;
	void *memory;

	EXPECT(out >= 0);
	drop(&(struct px_privileges){.duty = PX_DUTY_REPORT});
	refused_to_all();
	REFUSED(open(w->own, O_RDWR));
	REFUSED(open(w->own, O_WRONLY | O_TRUNC));
	REFUSED(open(w->own, O_RDONLY | O_TRUNC));
	REFUSED(open(w->outside, O_RDONLY | O_CREAT, 0600));
	REFUSED(unlink(w->own));
	REFUSED(rename(w->own, w->outside));
	REFUSED(mkdir(w->outside, 0700));
	REFUSED(ioctl(out, FIONREAD, &fd));
	fd = open(w->own, O_RDONLY);
	EXPECT(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'x');
	EXPECT(write(out, "y", 1) == 1 && ftruncate(out, 1) == 0);
	memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	EXPECT(memory != MAP_FAILED);
	EXPECT(!isatty(fd) && errno == ENOTTY);
}

static void test_report(void **state)
{
	need_filter();
	run(report, *state);
}

static void guest(const struct world *w)
{
	const unsigned long requests[] = {FIONREAD};
	pid_t command = fork();
	int left, status = -1;

	if (command == 0)
		for (;;)
			pause();
	drop(&(struct px_privileges){.duty = PX_DUTY_GUEST,
				     .ioctls = requests,
				     .ioctl_count = 1,
				     .command = command});
	refused_to_all();
	REFUSED(ioctl(0, FIOCLEX));
	EXPECT(ioctl(-1, FIONREAD, &left) == -1 && errno == EBADF);
	REFUSED(kill(command, SIGKILL));
	EXPECT(kill(command, SIGTERM) == 0);
	EXPECT(waitpid(command, &status, 0) == command);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void test_guest(void **state)
{
	need_filter();
	run(guest, *state);
}

/* A connection that there is can be used, as Xen's library does; no other can be made. */
static void connection(const struct world *w)
{
	struct iovec part = {.iov_base = (char[]){"a"}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	char answer = 0;
	int ends[2];

	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	drop(&(struct px_privileges){.duty = PX_DUTY_GUEST});
	EXPECT(sendmsg(ends[0], &message, MSG_NOSIGNAL) == 1);
	EXPECT(read(ends[1], &answer, 1) == 1 && answer == 'a');
	EXPECT(write(ends[1], "b", 1) == 1 && read(ends[0], &answer, 1) == 1);
	REFUSED(sendmsg(ends[0], &message, 0));
	REFUSED(sendto(ends[0], "c", 1, MSG_NOSIGNAL, NULL, 0));
	REFUSED(connect(ends[0], NULL, 0));
	REFUSED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static void test_connection(void **state)
{
	need_filter();
	run(connection, *state);
}

/* --- files ----------------------------------------------------------------------------------
 */

static bool have_file_rules(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
}

/* Owner and mode would permit all of it. */
static void write_below(const struct world *w)
{
	const char *const folders[] = {w->cache, "/nowhere/at/all"};
	char link[100];
	int fd;

	drop(&(struct px_privileges){
		.duty = PX_DUTY_GUEST, .folders = folders, .folder_count = 2});
	EXPECT(open(w->own, O_WRONLY) < 0 && errno == EACCES);
	EXPECT(open(w->outside, O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
	EXPECT(unlink(w->own) != 0 && errno == EACCES);
	fd = open(w->own, O_RDONLY);
	EXPECT(fd >= 0);
	close(fd);
	/* A link does not lead out. */
	snprintf(link, sizeof(link), "%s/link", w->cache);
	EXPECT(symlink(w->own, link) == 0);
	EXPECT(open(link, O_WRONLY) < 0 && errno == EACCES);
	EXPECT(unlink(link) == 0);
	snprintf(link, sizeof(link), "%s/new", w->cache);
	fd = open(link, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	EXPECT(fd >= 0 && write(fd, "x", 1) == 1);
	EXPECT(rename(link, w->inside) == 0);
}

static void test_files(void **state)
{
	if (!have_file_rules()) {
		print_message("this kernel has no Landlock\n");
		skip();
	}
	run(write_below, *state);
}

/* First the folder of a file that is to be made, then only the cache. */
static void two_steps(const struct world *w)
{
	const char *const folders[] = {w->cache, w->folder};
	struct px_privileges keep = {.duty = PX_DUTY_GUEST,
				     .folders = folders,
				     .folder_count = 2,
				     .first_step = true};
	bool rules = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
	int fd;

	drop(&keep);
	EXPECT(!px_syscall_filter_built || (fork() == -1 && errno == EPERM));
	if (px_capabilities_built)
		EXPECT(open(w->other, O_WRONLY) < 0 && errno == EACCES);
	EXPECT(px_capabilities_raise() == NULL);
	fd = open(w->other, O_WRONLY);
	EXPECT(fd >= 0 || getuid() != 0);
	fd = open(w->outside, O_WRONLY | O_CREAT, 0600);
	EXPECT(fd >= 0);
	keep.first_step = false;
	keep.folder_count = 1;
	drop(&keep);
	if (px_syscall_filter_built)
		refused_to_all();
	EXPECT(write(fd, "x", 1) == 1);
	EXPECT(!rules || (open(w->own, O_WRONLY) < 0 && errno == EACCES));
	if (px_capabilities_built && getuid() == 0)
		EXPECT(open(w->other, O_WRONLY) < 0 && errno == EACCES);
	fd = open(w->inside, O_WRONLY | O_CREAT, 0600);
	EXPECT(fd >= 0);
}

static void test_two_steps(void **state)
{
	run(two_steps, *state);
}

/* --- capabilities ---------------------------------------------------------------------------
 */

/* A mask in /proc/self/status. */
static uint64_t status_mask(const char *field)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long mask = UINT64_MAX;
	char line[256];

	EXPECT(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			mask = strtoull(line + strlen(field), NULL, 16);
	fclose(file);
	return mask;
}

#define READ_SEARCH (UINT64_C(1) << 2) /* CAP_DAC_READ_SEARCH */

static void capabilities(const struct world *w)
{
	const char *const folders[] = {w->folder};
	int fd;

	drop(&(struct px_privileges){
		.duty = PX_DUTY_GUEST, .folders = folders, .folder_count = 1});
	EXPECT((status_mask("CapEff:") & ~READ_SEARCH) == 0);
	EXPECT((status_mask("CapPrm:") & ~READ_SEARCH) == 0);
	EXPECT(status_mask("CapInh:") == 0);
	EXPECT(status_mask("CapAmb:") == 0);
	EXPECT(getuid() != 0 || status_mask("CapBnd:") == 0);
	EXPECT(status_mask("NoNewPrivs:") == 1);
	fd = open(w->own, O_WRONLY);
	EXPECT(fd >= 0);
	if (getuid() != 0)
		return;
	/* Root without capabilities reads the files of others, and changes its own. */
	EXPECT(open(w->other, O_WRONLY) < 0 && errno == EACCES);
	fd = open(w->other, O_RDONLY);
	EXPECT(fd >= 0);
}

static void no_capabilities(const struct world *w)
{
	EXPECT(px_capabilities_drop(false, false) == NULL);
	EXPECT(status_mask("CapEff:") == 0 && status_mask("CapPrm:") == 0);
	EXPECT(getuid() != 0 || (open(w->other, O_RDONLY) < 0 && errno == EACCES));
}

static void test_capabilities(void **state)
{
	if (!px_capabilities_built) {
		print_message("this build drops no capabilities\n");
		skip();
	}
	run(capabilities, *state);
	run(no_capabilities, *state);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(guard), test(report),    test(guest),	  test(connection),
		test(files), test(two_steps), test(capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
