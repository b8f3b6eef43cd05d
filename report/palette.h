/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colour of a frame: its hue says what kind of code it is, its shade comes from its name.
 */
#ifndef PX_REPORT_PALETTE_H
#define PX_REPORT_PALETTE_H

#include "report/profile.h"

/** 0xRRGGBB; the same name has the same colour in every picture. */
uint32_t px_palette_colour(enum px_name_kind kind, const char *name);

#endif
