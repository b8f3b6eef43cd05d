/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and the command line, and what the compiler calls without being asked. */
#ifndef UNIKERNEL_TEXT_H
#define UNIKERNEL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** The number behind "KEY=" in the command line; without one, otherwise. */
uint64_t text_option(const char *line, const char *key, uint64_t otherwise);

/** Whether the command line has "KEY=WORD". */
_Bool text_option_is(const char *line, const char *key, const char *word);

/** The decimal number that text starts with, or 0. */
uint64_t text_number(const char *text);

#define TEXT_DIGITS 21

/** The number in decimal, somewhere in digits. */
const char *text_digits(uint64_t number, char digits[TEXT_DIGITS]);

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

#endif
