/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a unikernel does once it is up. */
#ifndef UNIKERNEL_WORKLOAD_H
#define UNIKERNEL_WORKLOAD_H

/** line: the command line. */
void workload_run(const char *line);

#endif
