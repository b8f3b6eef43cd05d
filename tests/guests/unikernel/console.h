/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output to the domain's PV console. */
#ifndef UNIKERNEL_CONSOLE_H
#define UNIKERNEL_CONSOLE_H

#include <stdint.h>

/** ring: where the page of the console's ring is; port: of its event channel. */
void console_init(uintptr_t ring, uint32_t port);

/** The port of the console's event channel. */
uint32_t console_port(void);

/** What dom0 takes no more room for is dropped. */
void console_text(const char *text);
void console_number(uint64_t number);

/** Tell dom0 that there is something to read. */
void console_flush(void);

#endif
