/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of /proc/kallsyms. */
#include "report/symbol-files.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	LONGEST_LINE = 4096
};

/* The next line without its newline, as a string in buffer; longer ones are cut. */
static bool next_line(struct px_bytes text, size_t *at, char buffer[static LONGEST_LINE])
{
	const uint8_t *start = text.data + *at, *end;
	size_t left = text.size - *at, length;

	if (!left)
		return false;
	end = memchr(start, '\n', left);
	length = end ? (size_t)(end - start) : left;
	*at += length + (end ? 1 : 0);
	length = px_min(length, (size_t)LONGEST_LINE - 1);
	memcpy(buffer, start, length);
	buffer[length] = '\0';
	return true;
}

/* A hexadecimal number and the blank behind it. */
static bool take_hex(char **text, uint64_t *ret)
{
	char *end;

	if (!isxdigit((unsigned char)**text))
		return false;
	*ret = strtoull(*text, &end, 16);
	if (*end != ' ')
		return false;
	*text = end + 1;
	return true;
}

static bool is_code(char type)
{
	return strchr("tTwWi", type) && type;
}

struct px_error *px_symbols_add_kallsyms(struct px_symbol_table *table, struct px_bytes text)
{
	char line[LONGEST_LINE];
	bool any_line = false, any_address = false;

	for (size_t at = 0; next_line(text, &at, line);) {
		char *p = line;
		uint64_t address = 0;
		struct px_error *err;

		if (!take_hex(&p, &address) || !is_code(p[0]) || p[1] != ' ' || !p[2])
			continue;
		any_line = true;
		any_address |= address != 0;
		err = px_symbol_table_add(table, address, 0, p + 2, p[0]);
		if (err)
			return err;
	}
	if (any_line && !any_address)
		return px_error_new(PX_ERR_PERMISSION,
				    "kernel addresses are hidden (kptr_restrict)");
	return NULL;
}
