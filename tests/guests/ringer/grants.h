/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of this domain that another may use: a version 1 grant table. */
#ifndef RINGER_GRANTS_H
#define RINGER_GRANTS_H

#include <stdbool.h>
#include <stdint.h>

/** Map the table; false where Xen refuses. */
bool grants_init(void);

/** Let the domain use the page, for good; the reference, or 0 when the table is full. */
uint32_t grants_give(uint16_t domain, const void *page, bool read_only);

#endif
