/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++ and Rust by libiberty, OCaml by hand. */
#include "symbolize/demangle.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "lib/memory.h"

enum {
	LONGEST = 4096 /* libiberty's time grows faster than the name */
};

/* --- OCaml ----------------------------------------------------------------------------------
 *
 * The native compiler names code caml<Unit><separator><name>_<stamp> (asmcomp/compilenv.ml).
 * The separator is "__" before OCaml 5.1, then "." or, where assemblers do not take that, "$".
 * Units of libraries have "__" in their names: Stdlib__List is Stdlib.List. What is no letter,
 * digit or underscore is written "$xx" (asmcomp/emitaux.ml). The stamp tells definitions of one
 * name apart. The runtime's C functions are caml_<name>.
 */

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "$xx" as a byte; 0 when it is none. */
static unsigned int escaped(const char *p)
{
	if (p[0] != '$' || hex_digit(p[1]) < 0 || hex_digit(p[2]) < 0)
		return 0;
	return (unsigned int)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
}

/* Not so what only looks like it, "$" before a name: none begins with a digit, as ASCII does,
 * or goes on with the next byte of a letter in UTF-8. */
static bool is_escape(const char *p)
{
	unsigned int c = escaped(p);

	return (c > ' ' && c < 0x7f) || (c >= 0xc0 && escaped(p + 3) >> 6 == 2);
}

/* How long the separator at p is; 0: none. */
static size_t separator(const char *p)
{
	if (p[0] == '_' && p[1] == '_')
		return 2;
	return p[0] == '.' || (p[0] == '$' && !is_escape(p));
}

/* The end of what begins at p and with a capital: a module, or part of a unit's name. */
static const char *module_end(const char *p)
{
	while (*p && !separator(p))
		p++;
	return p;
}

static bool is_ocaml(const char *name)
{
	const char *end;

	if (strncmp(name, "caml", 4) || !isupper((unsigned char)name[4]))
		return false;
	end = module_end(name + 4);
	return end[separator(end)] != '\0';
}

/* Without "_<stamp>", which only a function without a name of its own ("fun") needs. */
static size_t length_without_stamp(const char *name)
{
	size_t length = strlen(name), end = length;

	while (end && isdigit((unsigned char)name[end - 1]))
		end--;
	if (end < 2 || end == length || name[end - 1] != '_' || !strncmp(name, "fun_", end))
		return length;
	return end - 1;
}

static struct px_error *demangle_ocaml(const char *name, char **ret)
{
	const char *p = name + 4, *end;
	char *text = NULL, *to;
	struct px_error *err = px_calloc(strlen(p) + 1, 1, &text);

	if (err)
		return err;
	to = text;
	while (isupper((unsigned char)*p)) {
		const char *next = module_end(p);

		if (!separator(next))
			break;
		to = (char *)mempcpy(to, p, (size_t)(next - p));
		*to++ = '.';
		p = next + separator(next);
	}
	for (end = p + length_without_stamp(p); p < end;) {
		bool escape = is_escape(p) ||
			      (to > text && to[-1] & 0x80 && escaped(p) >= 0x80);

		*to++ = escape ? (char)escaped(p) : *p;
		p += escape ? 3 : 1;
	}
	*ret = text;
	return NULL;
}

/* --- all ------------------------------------------------------------------------------------
 */

static struct px_error *demangle(const char *name, char **ret)
{
	if (is_ocaml(name))
		return demangle_ocaml(name, ret);
	if (name[0] == '_' && (name[1] == 'Z' || name[1] == 'R'))
		*ret = cplus_demangle(name, DMGL_NO_OPTS);
	return NULL;
}

/* An entry of the linkage table has the name of the function behind it. */
static struct px_error *demangle_plt(const char *name, size_t length, char **ret)
{
	px_cleanup(px_freep) char *function = NULL, *shown = NULL;
	struct px_error *err = px_strdup(name, &function);

	if (err)
		return err;
	function[length] = '\0';
	err = demangle(function, &shown);
	if (!err && shown && asprintf(ret, "%s%s", shown, name + length) < 0) {
		*ret = NULL;
		return &px_error_no_memory;
	}
	return err;
}

struct px_error *px_demangle(const char *name, char **ret)
{
	static const char plt[] = "@plt";
	size_t length = strnlen(name, LONGEST), tail = sizeof(plt) - 1;

	*ret = NULL;
	if (length == LONGEST)
		return NULL;
	if (length > tail && !strcmp(name + length - tail, plt))
		return demangle_plt(name, length - tail, ret);
	return demangle(name, ret);
}
