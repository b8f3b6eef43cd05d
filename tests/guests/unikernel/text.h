/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the command line, and what the compiler calls without being asked. */
#ifndef UNIKERNEL_TEXT_H
#define UNIKERNEL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** The number behind "KEY=" in the command line; without one, otherwise. */
uint64_t text_option(const char *line, const char *key, uint64_t otherwise);

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

#endif
