/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what Xen tells at the start to the workload, for both types of guest. */
#include <stdint.h>

#include "console.h"
#include "events.h"
#include "hypercall.h"
#include "workload.h"

#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/params.h>

/* Called by boot.S and boot-pv.S. */
void unikernel_main(const struct hvm_start_info *start);
void unikernel_main_pv(const struct start_info *start);

static void run(const char *line)
{
	console_text("unikernel: up\n");
	console_flush();
	workload_run(line);
}

void unikernel_main(const struct hvm_start_info *start)
{
	const char *line = (const char *)(uintptr_t)start->cmdline_paddr;

	if (!hypercall_init() || !events_init())
		return;
	console_init((uintptr_t)hypercall_parameter(HVM_PARAM_CONSOLE_PFN) << 12,
		     (uint32_t)hypercall_parameter(HVM_PARAM_CONSOLE_EVTCHN));
	run(line ? line : "");
}

/* Xen maps a PV guest's pages one after another from address 0 on. */
void unikernel_main_pv(const struct start_info *start)
{
	if (!events_init_pv(start->shared_info))
		return;
	console_init((uintptr_t)machine_to_phys_mapping[start->console.domU.mfn] << 12,
		     start->console.domU.evtchn);
	run((const char *)start->cmd_line);
}
