/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table, help, version, exit status; nothing else. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/privileges.h"
#include "report/cmd-report.h"
#include "ringtrace/commands.h"
#include "tracer/commands.h"

static const struct px_command *const commands[] = {
	&px_command_doctor, &px_command_list,	&px_command_record, &px_command_report,
	&px_command_rings,  &px_command_script, &px_command_stacks, NULL,
};

static void print_usage(FILE *out)
{
	fputs("usage: perf xen COMMAND [OPTIONS]\n"
	      "   or: perf-xen COMMAND [OPTIONS]\n\n"
	      "Profile running Xen guests from dom0.\n\ncommands:\n",
	      out);
	for (const struct px_command *const *c = commands; *c; c++)
		fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
	fputs("  help       help for a command: perf xen help record\n"
	      "  version    print the version; --build-options: and what it was built with\n\n"
	      "DOM is the name or the id of a domain, as for xl.\n"
	      "Each command has a manual page: man perf-xen-COMMAND.\n",
	      out);
}

static void print_command_help(const struct px_command *command)
{
	printf("usage: perf xen %s %s\n\n%s\n", command->name, command->usage,
	       command->summary);
	px_options_help(command->options, stdout);
}

static const struct px_command *find_command(const char *name)
{
	for (const struct px_command *const *c = commands; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

/* Results that did not reach their reader are no results. */
static int flush_results(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		fprintf(stderr, "perf-xen: standard output: %s\n", strerror(errno));
	return PX_EXIT_FAILED;
}

static int report_error(const struct px_command *command, struct px_error *err)
{
	int status = err->code == PX_ERR_USAGE ? PX_EXIT_USAGE : PX_EXIT_FAILED;

	fprintf(stderr, "perf-xen %s: ", command->name);
	px_plain_print(err->message, stderr);
	fputc('\n', stderr);
	if (status == PX_EXIT_USAGE)
		fprintf(stderr, "usage: perf xen %s %s\n", command->name, command->usage);
	px_error_free(err);
	return status;
}

static int run_command(const struct px_command *command, int argc, char **argv)
{
	bool help = false;
	int status = PX_EXIT_COMPLETE;
	struct px_error *err = command->run(argc, argv, &help, &status);

	if (err) {
		fflush(stdout);
		return report_error(command, err);
	}
	if (help)
		print_command_help(command);
	return flush_results(status);
}

static int unknown_command(const char *name)
{
	fprintf(stderr, "perf-xen: no command \"%s\"; see perf xen help\n", name);
	return PX_EXIT_USAGE;
}

/* What help says of itself and of version is in the list of commands. */
static int help(int argc, char **argv)
{
	const char *name = argc > 2 ? argv[2] : "help";
	const struct px_command *command = find_command(name);

	if (!command && strcmp(name, "help") != 0 && strcmp(name, "version") != 0)
		return unknown_command(name);
	if (command)
		print_command_help(command);
	else
		print_usage(stdout);
	return flush_results(PX_EXIT_COMPLETE);
}

static void print_build_option(const char *library, bool built, const char *what)
{
	printf("%18s: [ %s ]  # %s\n", library, built ? "on " : "OFF", what);
}

static int version(int argc, char **argv)
{
	bool options = argc > 2 && !strcmp(argv[2], "--build-options");

	if (argc > (options ? 3 : 2)) {
		fprintf(stderr,
			"perf-xen version: \"%s\" is not understood\n"
			"usage: perf xen version [--build-options]\n",
			argv[options ? 3 : 2]);
		return PX_EXIT_USAGE;
	}
	printf("perf-xen version %s\n", PX_VERSION);
	if (options) {
		print_build_option("libcap-ng", px_capabilities_built, "drop capabilities");
		print_build_option("libseccomp", px_syscall_filter_built,
				   "allow only the system calls in use");
	}
	return flush_results(PX_EXIT_COMPLETE);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct px_command *command = find_command(name);

	/* A reader that went away or a file that may not grow is a failed write as any other.
	 */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (command)
		return run_command(command, argc - 1, argv + 1);
	if (!strcmp(name, "help") || !strcmp(name, "-h") || !strcmp(name, "--help"))
		return help(argc, argv);
	if (!strcmp(name, "version") || !strcmp(name, "-v") || !strcmp(name, "--version"))
		return version(argc, argv);
	if (*name)
		return unknown_command(name);
	print_usage(stderr);
	return PX_EXIT_USAGE;
}
