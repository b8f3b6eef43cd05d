/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command-line options from one table per command; help text is printed from the same table. */
#ifndef PX_LIB_OPTIONS_H
#define PX_LIB_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/error.h"

enum px_option_type {
	PX_OPT_END,	/* last entry of a table */
	PX_OPT_GROUP,	/* a heading in the help text */
	PX_OPT_FLAG,	/* bool: set true; --no-NAME sets false */
	PX_OPT_STRING,	/* const char *: borrowed from argv */
	PX_OPT_COUNT,	/* unsigned int: a whole number within [min, max] */
	PX_OPT_SECONDS, /* double: "1.5", "2s", "250ms", "3m" -> seconds, within [min, max] */
	PX_OPT_CHOICE,	/* unsigned int: index into choices */
	PX_OPT_CALL,	/* parse(value, option->target) decides */
};

/** One option; tables are static const arrays that end with PX_OPT_END. */
struct px_option {
	enum px_option_type type;
	char letter;		    /* 0: none */
	const char *name;	    /* without the dashes; NULL: only the letter */
	const char *value_name;	    /* shown in help: "HZ", "FILE"; NULL for flags */
	const char *help;	    /* one line; for PX_OPT_GROUP the heading */
	size_t offset;		    /* of the member in the command's options struct */
	double min, max;	    /* COUNT and SECONDS; both 0: any */
	const char *const *choices; /* CHOICE: NULL-terminated */
	struct px_error *(*parse)(const char *value, void *member);
};

/** The offset of a member, for px_option tables. */
#define PX_OPTION_AT(struct_type, member) .offset = offsetof(struct_type, member)

/** What follows the options: the rest of argv, borrowed. */
struct px_arguments {
	char **argv;
	int argc;
	char **command; /* what followed "--", NULL-terminated; NULL without "--" */
};

/**
 * Parse argv[1..argc) by table into options, a struct that the caller filled with defaults.
 * Options and arguments may be mixed; "--" ends both. "-h" and "--help" set *help_ret and
 * stop. Failure is PX_ERR_USAGE: unknown option (with the nearest name), missing or bad value.
 */
px_must_check struct px_error *px_options_parse(const struct px_option *table, int argc,
						char **argv, void *options,
						struct px_arguments *arguments_ret,
						bool *help_ret);

/** Print the options, aligned, to out. */
void px_options_help(const struct px_option *table, FILE *out);

#endif
