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

static uint64_t number_of(const char *text)
{
	uint64_t number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

uint64_t text_option(const char *line, const char *key, uint64_t otherwise)
{
	for (const char *word = line; *word; word++) {
		const char *value = word == line || word[-1] == ' ' ? value_of(word, key)
								    : NULL;

		if (value)
			return number_of(value);
	}
	return otherwise;
}
