/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++ and Rust by libiberty, OCaml by hand. */
#include "symbolize/demangle.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "lib/memory.h"

enum {
	LONGEST = 4096 /* libiberty's time grows faster than the name */
};

static bool is_ocaml(const char *name)
{
	return !strncmp(name, "caml", 4) && isupper((unsigned char)name[4]) &&
	       strstr(name, "__");
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "$xx" is the character xx: operators are written so. */
static bool is_escape(const char *p)
{
	return p[0] == '$' && hex_digit(p[1]) > 1 && hex_digit(p[2]) >= 0;
}

/* The number that the compiler puts behind every name: "_123" at the end. */
static size_t length_without_stamp(const char *name)
{
	size_t length = strlen(name), end = length;

	while (end && isdigit((unsigned char)name[end - 1]))
		end--;
	return end && end < length && name[end - 1] == '_' ? end - 1 : length;
}

static struct px_error *demangle_ocaml(const char *name, char **ret)
{
	size_t length = length_without_stamp(name + 4);
	const char *p = name + 4, *end = p + length;
	char *text, *to;
	struct px_error *err = px_calloc(length + 1, 1, &text);

	if (err)
		return err;
	for (to = text; p < end;) {
		if (p[0] == '_' && p[1] == '_' && end - p > 2) {
			*to++ = '.';
			p += 2;
		} else if (end - p > 2 && is_escape(p)) {
			*to++ = (char)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
			p += 3;
		} else {
			*to++ = *p++;
		}
	}
	*ret = text;
	return NULL;
}

struct px_error *px_demangle(const char *name, char **ret)
{
	*ret = NULL;
	if (strnlen(name, LONGEST) == LONGEST)
		return NULL;
	if (is_ocaml(name))
		return demangle_ocaml(name, ret);
	if (name[0] == '_' && (name[1] == 'Z' || name[1] == 'R'))
		*ret = cplus_demangle(name, DMGL_NO_OPTS);
	return NULL;
}
