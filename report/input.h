/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that say which file is read, which samples of it, and where names come from. */
#ifndef PX_REPORT_INPUT_H
#define PX_REPORT_INPUT_H

#include "lib/command.h"
#include "report/build.h"

/** Part of the options struct of every command that reads perf.data. */
struct px_input {
	const char *path;
	struct px_build_options build; /* filter and depth */
	struct px_dso_options dso;
	char *cache; /* what dso.cache borrows; ours */
	bool demangle;
	bool debuginfod;
	bool quiet, verbose;
};

/** Entries of a px_option table for member `m`, a struct px_input, of options struct `s`. */
#define PX_INPUT_OPTIONS(s, m)                                                                \
	{PX_OPT_GROUP, .help = "what is read"},                                               \
		{PX_OPT_STRING,                                                               \
		 'i',                                                                         \
		 "input",                                                                     \
		 "FILE",                                                                      \
		 "read FILE, - for standard input (perf.data)",                               \
		 PX_OPTION_AT(s, m.path)},                                                    \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "comm",                                                                      \
		 "NAMES",                                                                     \
		 "only tasks of these names, comma-separated",                                \
		 PX_OPTION_AT(s, m.build.filter.comms)},                                      \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "pid",                                                                       \
		 "PIDS",                                                                      \
		 "only these processes",                                                      \
		 PX_OPTION_AT(s, m.build.filter.pids)},                                       \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "tid",                                                                       \
		 "TIDS",                                                                      \
		 "only these threads",                                                        \
		 PX_OPTION_AT(s, m.build.filter.tids)},                                       \
		{PX_OPT_STRING,                                                               \
		 'C',                                                                         \
		 "cpu",                                                                       \
		 "CPUS",                                                                      \
		 "only these CPUs or vCPUs: 0-3,6",                                           \
		 PX_OPTION_AT(s, m.build.filter.cpus)},                                       \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "time",                                                                      \
		 "START,END",                                                                 \
		 "only this span, in seconds as script prints",                               \
		 PX_OPTION_AT(s, m.build.filter.time)},                                       \
		{PX_OPT_STRING,                                                               \
		 'e',                                                                         \
		 "event",                                                                     \
		 "EVENTS",                                                                    \
		 "only these events",                                                         \
		 PX_OPTION_AT(s, m.build.filter.events)},                                     \
		{PX_OPT_COUNT,                                                                \
		 0,                                                                           \
		 "max-stack",                                                                 \
		 "N",                                                                         \
		 "keep at most N frames, from the leaf on",                                   \
		 PX_OPTION_AT(s, m.build.max_stack),                                          \
		 .min = 1,                                                                    \
		 .max = 65536},                                                               \
		{PX_OPT_GROUP, .help = "names"},                                              \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "symfs",                                                                     \
		 "DIR",                                                                       \
		 "look for programs and libraries under DIR",                                 \
		 PX_OPTION_AT(s, m.dso.symfs)},                                               \
		{PX_OPT_FLAG,                                                                 \
		 0,                                                                           \
		 "debuginfod",                                                                \
		 NULL,                                                                        \
		 "fetch what is missing from the servers in DEBUGINFOD_URLS",                 \
		 PX_OPTION_AT(s, m.debuginfod)},                                              \
		{PX_OPT_STRING,                                                               \
		 0,                                                                           \
		 "kallsyms",                                                                  \
		 "FILE",                                                                      \
		 "names of the kernel, as in /proc/kallsyms",                                 \
		 PX_OPTION_AT(s, m.dso.kallsyms)},                                            \
		{PX_OPT_FLAG,                                                                 \
		 0,                                                                           \
		 "demangle",                                                                  \
		 NULL,                                                                        \
		 "C++, Rust and OCaml names as written (default)",                            \
		 PX_OPTION_AT(s, m.demangle)},                                                \
		{PX_OPT_FLAG,                                                                 \
		 'q',                                                                         \
		 "quiet",                                                                     \
		 NULL,                                                                        \
		 "no messages but errors",                                                    \
		 PX_OPTION_AT(s, m.quiet)},                                                   \
	{                                                                                     \
		PX_OPT_FLAG, 'v', "verbose", NULL, "say which files had no symbols, and why", \
			PX_OPTION_AT(s, m.verbose)                                            \
	}

/** Defaults: perf.data, every sample, perf's folders for symbols. */
void px_input_init(struct px_input *input);
void px_input_fini(struct px_input *input);

/** Check the filters, and that the file can be opened; start what fetches from servers. */
px_must_check struct px_error *px_input_prepare(struct px_input *input);

/**
 * Give up all privileges but those to read files and to write to what is open
 * (lib/privileges.h), then open the file. The session uses strings of input.
 */
px_must_check struct px_error *px_input_open(struct px_input *input, struct px_session **ret);

/** Warn of what a file that was read to its end lacks; the exit status of the command. */
int px_input_judge(const struct px_input *input, bool cut, uint64_t malformed);

#endif
