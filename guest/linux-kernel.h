/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Linux kernel inside a guest: where it was loaded, its unwind tables, symbols, modules
 * and tasks, from the guest's memory, and from the vmlinux file that it was built as where one
 * is given.
 *
 * All addresses are run-time addresses in the guest unless a comment says otherwise. Nothing
 * here pauses the guest. px_linux_kernel_current_task, _find_symbol and _refine_end allocate
 * nothing; they and the unwind map may be used under pause, _refresh may not.
 */
#ifndef PX_GUEST_LINUX_KERNEL_H
#define PX_GUEST_LINUX_KERNEL_H

#include "guest/linux-image.h"
#include "guest/linux-modules.h"
#include "guest/linux-source.h"
#include "guest/linux-task-stack.h"
#include "guest/memory.h"
#include "symbolize/build-id.h"
#include "symbolize/type-info.h"
#include "symbolize/unwind-map.h"

struct px_linux_kernel;

/**
 * Find the kernel that runs in the guest, and read its symbols, types, unwind tables and
 * modules. guest and memory are borrowed and must outlive the handle.
 *
 * image_path: its vmlinux, which is checked to be that (build-id, and the banner "Linux version
 * ..."). NULL: everything comes from the guest's memory (linux-image.h), where bounds hold the
 * time to a fraction of a second; or, checked likewise, from what cache_folder has kept of
 * such a kernel before (lib/kernel-cache.h; NULL: nothing is kept).
 *
 * Errors: those of px_elf_image_open; PX_ERR_MISMATCH: the image is of another kernel, the
 * message has both build-ids; PX_ERR_NOT_FOUND: no 64-bit Linux kernel is running (the guest
 * is still booting, is 32-bit, or is no Linux), or it has no symbols in its memory.
 */
px_must_check struct px_error *
px_linux_kernel_open(struct px_guest *guest, struct px_memory *memory, const char *image_path,
		     const char *cache_folder, struct px_linux_kernel **ret);
void px_linux_kernel_close(struct px_linux_kernel *kernel);
void px_linux_kernel_closep(struct px_linux_kernel **kernel);

/** Where its image comes from. */
enum px_linux_origin px_linux_kernel_origin(const struct px_linux_kernel *kernel);

/** What it lacks: enum px_linux_lack. */
unsigned int px_linux_kernel_lacks(const struct px_linux_kernel *kernel);

/** Why it was not kept in the cache; NULL when it was, or had not to be. Borrowed. */
const char *px_linux_kernel_cache_problem(const struct px_linux_kernel *kernel);

/** Run-time address minus link address: a multiple of 4096; 0 in PV guests. */
uint64_t px_linux_kernel_slide(const struct px_linux_kernel *kernel);

/** As uname -r prints it, "6.1.0-56-amd64". Borrowed. */
const char *px_linux_kernel_release(const struct px_linux_kernel *kernel);

/** As found in the guest's memory. size is 0 when the kernel has none. Borrowed. */
const struct px_build_id *px_linux_kernel_build_id(const struct px_linux_kernel *kernel);

/** The kernel's text, [_stext, _etext). */
void px_linux_kernel_text(const struct px_linux_kernel *kernel, uint64_t *start_ret,
			  uint64_t *end_ret);

/**
 * The page tables of the kernel itself (swapper_pg_dir): they map all kernel memory, whatever
 * process runs, and live as long as the guest.
 */
px_root px_linux_kernel_root(const struct px_linux_kernel *kernel);
enum px_paging px_linux_kernel_paging(const struct px_linux_kernel *kernel);

/** Copy kernel memory; px_memory_read with the root and paging above. */
enum px_read_outcome px_linux_kernel_read(const struct px_linux_kernel *kernel,
					  uint64_t address, void *buffer, size_t size);

/** The same for what takes a reader; lives as long as kernel. */
struct px_linux_reader px_linux_kernel_reader(const struct px_linux_kernel *kernel);

/** Structure layouts of this kernel; NULL when the image has neither BTF nor DWARF. Borrowed.
 */
const struct px_type_info *px_linux_kernel_types(const struct px_linux_kernel *kernel);

/** The unwind tables of the kernel and its modules. Owned by the kernel, kept up by _refresh.
 */
struct px_unwind_map *px_linux_kernel_unwind_map(const struct px_linux_kernel *kernel);

/* --- symbols ------------------------------------------------------------------------------ */

struct px_linux_symbol {
	uint64_t start, end; /* end is exclusive */
	const char *name;    /* borrowed until the module is forgotten, see _refresh */
	const char *module;  /* borrowed likewise; NULL: the kernel itself */
	char type;	     /* as in /proc/kallsyms */
};

/** The symbol that contains address; false where there is none. */
bool px_linux_kernel_find_symbol(const struct px_linux_kernel *kernel, uint64_t address,
				 struct px_linux_symbol *ret);

/** The address of a symbol of the kernel itself by exact name. Per-CPU symbols: the offset. */
bool px_linux_kernel_symbol_address(const struct px_linux_kernel *kernel, const char *name,
				    uint64_t *ret);

/**
 * Call each for every symbol: the kernel's in address order, then each module's. They are those
 * of /proc/kallsyms and, of the kernel, what that leaves out of the image's symbol table. Stops
 * at the first error and returns it.
 */
px_must_check struct px_error *px_linux_kernel_each_symbol(
	const struct px_linux_kernel *kernel,
	struct px_error *(*each)(void *context, const struct px_linux_symbol *symbol),
	void *context);

/* --- modules ------------------------------------------------------------------------------ */

/**
 * Follow loading and unloading of modules: walks the guest's list (one small read a module)
 * and reads symbols and unwind tables of those that are new. A module that was unloaded leaves
 * the unwind map at once; its symbols stay, marked as not loaded, until another module takes
 * its place. Modules that cannot be read are counted and looked at again with the next
 * refresh; one whose symbols or rules cannot be read stays without. *changed_ret: whether
 * anything was loaded or unloaded.
 */
px_must_check struct px_error *px_linux_kernel_refresh(struct px_linux_kernel *kernel,
						       bool *changed_ret);

/** All known modules, in address order; valid until the next refresh. */
const struct px_linux_module *px_linux_kernel_modules(const struct px_linux_kernel *kernel,
						      size_t *count_ret);

struct px_linux_module_counts
px_linux_kernel_module_counts(const struct px_linux_kernel *kernel);

/* --- tasks and stacks --------------------------------------------------------------------- */

/**
 * The task that runs on a vCPU, through its gs_base_kernel; a handful of reads of mapped
 * memory. False when it cannot be told (no context yet, a page that is not there, a task that
 * is no kernel address): a task is then simply unknown for this sample.
 */
bool px_linux_kernel_current_task(const struct px_linux_kernel *kernel,
				  const struct px_vcpu *vcpu, struct px_task *ret);

/**
 * All tasks but the CPUs' idle ones, limit of them at most; see linux-task-list.h. Errors:
 * PX_ERR_UNSUPPORTED when the kernel's types do not say where its tasks are.
 */
px_must_check struct px_error *px_linux_kernel_tasks(const struct px_linux_kernel *kernel,
						     size_t limit,
						     struct px_linux_task_list *ret);

/** The stack of one of them, its end refined; see px_linux_task_stack_read. */
enum px_task_look px_linux_kernel_task_stack(const struct px_linux_kernel *kernel,
					     struct px_linux_thread *thread,
					     struct px_task_stack *ret);

/**
 * A stack that ended as reason with the outermost function at address (as looked up, see
 * px_frame_lookup_address): PX_END_THREAD_ROOT becomes PX_END_IDLE_ROOT when that function
 * is a CPU's first one, whose thread is the idle task. Every other reason is returned as is.
 */
enum px_end_reason px_linux_kernel_refine_end(const struct px_linux_kernel *kernel,
					      enum px_end_reason reason, uint64_t address);

#endif
