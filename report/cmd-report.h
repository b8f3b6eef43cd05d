/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that show what a perf.data file holds. */
#ifndef PX_REPORT_CMD_REPORT_H
#define PX_REPORT_CMD_REPORT_H

#include "lib/command.h"

extern const struct px_command px_command_report;
extern const struct px_command px_command_script;

#endif
