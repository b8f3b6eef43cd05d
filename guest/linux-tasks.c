/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The current task of a CPU, and whether it is interrupted.
 *
 * Each CPU's GS base points to its copy of the per-CPU variables. Up to Linux 6.14 these are
 * linked at address 0, so a variable's symbol is its offset from the GS base; since then they
 * are linked where their template lies, and the GS base makes up for the difference: to the
 * symbol the slide must be added. The pointer is current_task, a variable of its own, except
 * in 6.2 - 6.14: there it is a member of pcpu_hot. The same goes for the preempt count.
 */
#include "guest/linux-tasks.h"

#include <ctype.h>
#include <string.h>

/* include/linux/sched.h; the same in every version that has ORC. */
#define PF_KTHREAD 0x00200000

/* The member is that of the variable where kernels of some versions keep it. */
struct per_cpu {
	const char *variable, *member;
	uint32_t size;
};

static bool per_cpu_offset(const struct px_symbol_table *symbols,
			   const struct px_type_info *types, uint64_t slide,
			   const struct per_cpu *what, uint64_t *ret)
{
	uint64_t start = 0, address;
	uint32_t offset = 0;

	if (!px_symbol_table_address(symbols, what->variable, &address) &&
	    (!px_symbol_table_address(symbols, "pcpu_hot", &address) ||
	     !px_type_info_offset(types, "pcpu_hot", what->member, what->size, &offset)))
		return false;
	if (!px_symbol_table_address(symbols, "__per_cpu_start", &start))
		return false;
	*ret = address + offset + (start ? slide : 0);
	return true;
}

struct px_linux_task_layout px_linux_task_layout_of(const struct px_symbol_table *symbols,
						    const struct px_type_info *types,
						    uint64_t slide)
{
	static const struct per_cpu current = {"current_task", "current_task", 8};
	static const struct per_cpu preempt = {"__preempt_count", "preempt_count", 4};
	struct px_linux_task_layout layout = {0};
	const struct px_wanted_member wanted[] = {
		{"task_struct", "flags", 4, &layout.flags},
		{"task_struct", "pid", 4, &layout.pid},
		{"task_struct", "tgid", 4, &layout.tgid},
		{"task_struct", "comm", PX_LINUX_COMM_MAX, &layout.comm},
	};

	layout.known = types &&
		       per_cpu_offset(symbols, types, slide, &current, &layout.current) &&
		       px_type_info_offsets(types, wanted, px_array_size(wanted));
	layout.have_mm = layout.known &&
			 px_type_info_offset(types, "task_struct", "mm", 8, &layout.mm);
	layout.have_preempt_count =
		layout.known &&
		per_cpu_offset(symbols, types, slide, &preempt, &layout.preempt_count);
	return layout;
}

static void make_printable(char comm[PX_LINUX_COMM_MAX])
{
	comm[PX_LINUX_COMM_MAX - 1] = '\0';
	for (char *c = comm; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
}

/* A kernel thread has none, whatever it borrows. */
static uint64_t read_mm(const struct px_linux_task_layout *layout,
			const struct px_linux_reader *reader, const struct px_task *task)
{
	uint64_t mm = 0;

	if (!layout->have_mm || task->kernel_thread ||
	    !px_linux_read(reader, task->address + layout->mm, &mm, sizeof(mm)) ||
	    mm < PX_LINUX_KERNEL_SPACE)
		return 0;
	return mm;
}

bool px_linux_task_read(const struct px_linux_task_layout *layout,
			const struct px_linux_reader *reader, uint64_t address,
			struct px_task *ret)
{
	struct px_task task = {.address = address};
	uint32_t flags = 0;

	if (!layout->known || address < PX_LINUX_KERNEL_SPACE ||
	    !px_linux_read(reader, address + layout->flags, &flags, sizeof(flags)) ||
	    !px_linux_read(reader, address + layout->pid, &task.tid, sizeof(task.tid)) ||
	    !px_linux_read(reader, address + layout->tgid, &task.pid, sizeof(task.pid)) ||
	    !px_linux_read(reader, address + layout->comm, task.comm, sizeof(task.comm)))
		return false;
	make_printable(task.comm);
	task.kernel_thread = flags & PF_KTHREAD;
	task.idle = task.tid == 0;
	task.mm = read_mm(layout, reader, &task);
	*ret = task;
	return true;
}

/*
 * Linux include/linux/preempt.h, with the same bits since 4.14: each level of interruption adds
 * to a count of its own. A softirq that is served makes that count odd; tasks that keep
 * softirqs away add two.
 */
static enum px_context context_of(uint32_t preempt_count, bool idle)
{
	if (preempt_count & 0xf00000)
		return PX_CONTEXT_NMI;
	if (preempt_count & 0xf0000)
		return PX_CONTEXT_HARDIRQ;
	if (preempt_count & 0x100)
		return PX_CONTEXT_SOFTIRQ;
	return idle ? PX_CONTEXT_IDLE : PX_CONTEXT_PROCESS;
}

bool px_linux_task_read_current(const struct px_linux_task_layout *layout,
				const struct px_linux_reader *reader, uint64_t gs_base,
				struct px_task *ret)
{
	uint64_t address = 0;
	uint32_t preempt_count = 0;
	struct px_task task;

	if (!layout->known || gs_base < PX_LINUX_KERNEL_SPACE ||
	    !px_linux_read(reader, gs_base + layout->current, &address, sizeof(address)) ||
	    !px_linux_task_read(layout, reader, address, &task))
		return false;
	if (layout->have_preempt_count && px_linux_read(reader, gs_base + layout->preempt_count,
							&preempt_count, sizeof(preempt_count)))
		task.context = context_of(preempt_count, task.idle);
	*ret = task;
	return true;
}

const char *px_context_name(enum px_context context)
{
	static const char *const names[PX_CONTEXTS] = {
		[PX_CONTEXT_UNKNOWN] = "unknown", [PX_CONTEXT_PROCESS] = "process",
		[PX_CONTEXT_IDLE] = "idle",	  [PX_CONTEXT_SOFTIRQ] = "softirq",
		[PX_CONTEXT_HARDIRQ] = "hardirq", [PX_CONTEXT_NMI] = "nmi",
	};

	return (unsigned int)context < PX_CONTEXTS ? names[context] : "unknown";
}
