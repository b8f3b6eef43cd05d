/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A few functions of a C library. */
#include "text.h"

void *memcpy(void *to, const void *from, size_t size)
{
	void *start = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return start;
}

void *memset(void *to, int value, size_t size)
{
	void *start = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
	return start;
}

/* What follows "KEY=" at the start of text; NULL when something else is there. */
static const char *value_of(const char *text, const char *key)
{
	while (*key && *text == *key)
		text++, key++;
	return !*key && *text == '=' ? text + 1 : NULL;
}

/* What follows "KEY=" in the command line, or NULL. */
static const char *find_value(const char *line, const char *key)
{
	for (const char *word = line; *word; word++) {
		const char *value = word == line || word[-1] == ' ' ? value_of(word, key)
								    : NULL;

		if (value)
			return value;
	}
	return NULL;
}

uint64_t text_number(const char *text)
{
	uint64_t number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

const char *text_digits(uint64_t number, char digits[TEXT_DIGITS])
{
	char *p = digits + TEXT_DIGITS - 1;

	*p = '\0';
	do
		*--p = (char)('0' + number % 10);
	while (number /= 10);
	return p;
}

uint64_t text_option(const char *line, const char *key, uint64_t otherwise)
{
	const char *value = find_value(line, key);

	return value ? text_number(value) : otherwise;
}

_Bool text_option_is(const char *line, const char *key, const char *word)
{
	const char *value = find_value(line, key);

	if (!value)
		return 0;
	while (*word && *value == *word)
		value++, word++;
	return !*word && (!*value || *value == ' ');
}
