/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escaping for XML and JSON, and number formats. */
#include "lib/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	REPLACEMENT = 0xfffd
};

static bool is_continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* What UTF-8 (RFC 3629) allows besides its bit patterns: shortest forms, no surrogates. */
static bool is_character(uint32_t c, size_t length)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	return c >= least[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/* The character at text (not at its NUL) and how many bytes it takes; bad bytes one by one. */
static uint32_t next_character(const char *text, size_t *length_ret)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t length = p[0] < 0x80   ? 1
			: p[0] < 0xc0 ? 0
			: p[0] < 0xe0 ? 2
			: p[0] < 0xf0 ? 3
				      : 4;
	uint32_t c = length == 1 ? p[0] : p[0] & (0x7fu >> length);

	*length_ret = 1;
	if (length == 1)
		return c;
	if (length == 0 || p[0] >= 0xf8)
		return REPLACEMENT;
	for (size_t i = 1; i < length; i++) {
		if (!is_continuation(p[i]))
			return REPLACEMENT;
		c = (c << 6) | (p[i] & 0x3f);
	}
	if (!is_character(c, length))
		return REPLACEMENT;
	*length_ret = length;
	return c;
}

/* Neither XML 1.0 nor a reader has a use for control characters and non-characters. */
static bool is_printable(uint32_t c)
{
	return c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) && c != 0xfffe && c != 0xffff;
}

static void put_bytes(const char *text, size_t length, uint32_t c, FILE *out)
{
	if (c == REPLACEMENT)
		fputs("\xef\xbf\xbd", out);
	else
		fwrite(text, 1, length, out);
}

void px_text_xml(const char *text, FILE *out)
{
	size_t length;

	for (; *text; text += length) {
		uint32_t c = next_character(text, &length);

		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c == '\'')
			fputs("&#39;", out);
		else
			put_bytes(text, length, is_printable(c) ? c : REPLACEMENT, out);
	}
}

void px_text_json(const char *text, FILE *out)
{
	size_t length;

	fputc('"', out);
	for (; *text; text += length) {
		uint32_t c = next_character(text, &length);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (char)c);
		else if (!is_printable(c) || c == '<' || c == '>' || c == '&' || c == 0x2028 ||
			 c == 0x2029)
			fprintf(out, "\\u%04x", c);
		else
			put_bytes(text, length, c, out);
	}
	fputc('"', out);
}

void px_text_plain(const char *text, FILE *out)
{
	size_t length;

	for (; *text; text += length) {
		uint32_t c = next_character(text, &length);

		if (is_printable(c))
			put_bytes(text, length, c, out);
		else
			fputc('?', out);
	}
}

bool px_text_has_colour(FILE *out)
{
	const char *refused = getenv("NO_COLOR");

	return isatty(fileno(out)) && !(refused && *refused);
}

const char *px_text_count(uint64_t value, char buffer[static PX_TEXT_NUMBER])
{
	char digits[PX_TEXT_NUMBER];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	char *to = buffer;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return buffer;
}

const char *px_text_time(uint64_t nanoseconds, char buffer[static PX_TEXT_NUMBER])
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	double value = (double)nanoseconds;
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < px_array_size(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(buffer, PX_TEXT_NUMBER, "%.*f %s",
		 unit == 0 || value >= 99.95 ? 0
		 : value >= 9.995	     ? 1
					     : 2,
		 value, units[unit]);
	return buffer;
}
