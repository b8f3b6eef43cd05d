/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing hostile text into XML and JSON, and numbers as people read them. */
#ifndef PX_LIB_TEXT_H
#define PX_LIB_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/compiler.h"

/**
 * Write text so that no bytes of it can end an element, an attribute, a string or a script.
 * Bytes that are no UTF-8 and characters that XML 1.0 (section 2.2) does not have become
 * U+FFFD. Write errors stay in the stream's error flag.
 */
void px_text_xml(const char *text, FILE *out);

/** A JSON string with its quotes; '<', '>' and '&' are escaped, so that it may stand in HTML.
 */
void px_text_json(const char *text, FILE *out);

/** The same of plain text for a terminal or a line-based format: control characters are '?'. */
void px_text_plain(const char *text, FILE *out);

/**
 * Whether what is written to out may have colours: it is a terminal, and NO_COLOR is not set,
 * or set to nothing (https://no-color.org).
 */
bool px_text_has_colour(FILE *out);

enum {
	PX_TEXT_NUMBER = 32
};

/** 1234567 as "1,234,567" in buffer, which is returned. */
const char *px_text_count(uint64_t value, char buffer[static PX_TEXT_NUMBER]);

/** Nanoseconds with a fitting unit and three digits: "12.3 ms". */
const char *px_text_time(uint64_t nanoseconds, char buffer[static PX_TEXT_NUMBER]);

#endif
