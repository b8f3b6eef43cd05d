/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of this folder, for the command table. */
#ifndef PX_RINGTRACE_COMMANDS_H
#define PX_RINGTRACE_COMMANDS_H

#include "lib/command.h"

extern const struct px_command px_command_doctor;
extern const struct px_command px_command_rings;

#endif
