/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The current task of a CPU.
 *
 * Each CPU's GS base points to its copy of the per-CPU variables. Up to Linux 6.14 these are
 * linked at address 0, so a variable's symbol is its offset from the GS base; since then they
 * are linked where their template lies, and the GS base makes up for the difference: to the
 * symbol the slide must be added. The pointer is current_task, a variable of its own, except
 * in 6.2 - 6.14: there it is a member of pcpu_hot.
 */
#include "guest/linux-tasks.h"

#include <ctype.h>
#include <string.h>

/* include/linux/sched.h; the same in every version that has ORC. */
#define PF_KTHREAD 0x00200000

static bool current_offset(const struct px_symbol_table *symbols,
			   const struct px_type_info *types, uint64_t slide, uint64_t *ret)
{
	uint64_t start = 0, address;
	struct px_member member = {0};

	if (!px_symbol_table_address(symbols, "current_task", &address)) {
		if (!px_symbol_table_address(symbols, "pcpu_hot", &address) ||
		    !px_type_info_member(types, "pcpu_hot", "current_task", &member))
			return false;
	}
	if (!px_symbol_table_address(symbols, "__per_cpu_start", &start))
		return false;
	*ret = address + member.offset + (start ? slide : 0);
	return true;
}

static bool member_offset(const struct px_type_info *types, const char *name, uint32_t size,
			  uint32_t *ret)
{
	struct px_member member;

	if (!px_type_info_member(types, "task_struct", name, &member) || member.size != size)
		return false;
	*ret = member.offset;
	return true;
}

struct px_linux_task_layout px_linux_task_layout_of(const struct px_symbol_table *symbols,
						    const struct px_type_info *types,
						    uint64_t slide)
{
	struct px_linux_task_layout layout = {0};

	layout.known = types && current_offset(symbols, types, slide, &layout.current) &&
		       member_offset(types, "flags", sizeof(uint32_t), &layout.flags) &&
		       member_offset(types, "pid", sizeof(uint32_t), &layout.pid) &&
		       member_offset(types, "tgid", sizeof(uint32_t), &layout.tgid) &&
		       member_offset(types, "comm", PX_LINUX_COMM_MAX, &layout.comm);
	layout.have_mm = layout.known &&
			 member_offset(types, "mm", sizeof(uint64_t), &layout.mm);
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

bool px_linux_task_read_current(const struct px_linux_task_layout *layout,
				const struct px_linux_reader *reader, uint64_t gs_base,
				struct px_task *ret)
{
	struct px_task task = {0};
	uint32_t flags = 0;

	if (!layout->known || gs_base < PX_LINUX_KERNEL_SPACE ||
	    !px_linux_read(reader, gs_base + layout->current, &task.address,
			   sizeof(task.address)) ||
	    task.address < PX_LINUX_KERNEL_SPACE)
		return false;
	if (!px_linux_read(reader, task.address + layout->flags, &flags, sizeof(flags)) ||
	    !px_linux_read(reader, task.address + layout->pid, &task.tid, sizeof(task.tid)) ||
	    !px_linux_read(reader, task.address + layout->tgid, &task.pid, sizeof(task.pid)) ||
	    !px_linux_read(reader, task.address + layout->comm, task.comm, sizeof(task.comm)))
		return false;
	make_printable(task.comm);
	task.kernel_thread = flags & PF_KTHREAD;
	task.idle = task.tid == 0;
	task.mm = read_mm(layout, reader, &task);
	*ret = task;
	return true;
}
