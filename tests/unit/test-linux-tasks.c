/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The current task, in each of the three ways in which kernels keep it. */
#include "guest/linux-tasks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define GS_BASE UINT64_C(0xffff88803fc00000)
#define TASK	UINT64_C(0xffff888003a18000)
#define MM	UINT64_C(0xffff888004c2e800)
#define SLIDE	UINT64_C(0x12000000)

/* task_struct and pcpu_hot; without: a member that is left out. */
static struct px_type_info *types_without(const char *without)
{
	struct btf_builder b;
	struct px_type_info *types = NULL;
	uint32_t u32, u64, comm;

	btf_builder_init(&b);
	u32 = btf_builder_int(&b, "u32", 4);
	u64 = btf_builder_int(&b, "u64", 8);
	comm = btf_builder_array(&b, btf_builder_int(&b, "char", 1), 16);
	struct btf_builder_member members[] = {{"flags", u32, 44 * 8, 0},
					       {"pid", u32, 2416 * 8, 0},
					       {"tgid", u32, 2420 * 8, 0},
					       {"mm", u64, 2256 * 8, 0},
					       {"comm", comm, 2976 * 8, 0}};

	for (size_t i = 0; without && i < px_array_size(members); i++)
		if (!strcmp(members[i].name, without))
			members[i].name = "other";
	btf_builder_struct(&b, "task_struct", BTF_KIND_STRUCT, 4096, members,
			   px_array_size(members));
	btf_builder_struct(&b, "pcpu_hot", BTF_KIND_STRUCT, 64,
			   (struct btf_builder_member[]){{"current_task", u64, 64, 0},
							 {"preempt_count", u32, 128, 0}},
			   2);
	assert_null(px_type_info_open_btf(btf_builder_finish(&b), NULL, &types));
	return types;
}

static struct px_linux_task_layout layout_of(const char *symbol, uint64_t address,
					     uint64_t per_cpu_start, const char *without)
{
	struct px_type_info *types = types_without(without);
	struct px_symbol_table *symbols = NULL;
	struct px_linux_task_layout layout;

	assert_null(px_symbol_table_new(&symbols));
	assert_null(px_symbol_table_add(symbols, address, 8, symbol, 'D'));
	if (!strcmp(symbol, "current_task"))
		assert_null(
			px_symbol_table_add(symbols, address + 8, 4, "__preempt_count", 'D'));
	assert_null(px_symbol_table_add(symbols, per_cpu_start, 0, "__per_cpu_start", 'D'));
	assert_null(px_symbol_table_sort(symbols));
	layout = px_linux_task_layout_of(symbols, types, SLIDE);
	px_symbol_table_free(symbols);
	px_type_info_close(types);
	return layout;
}

static void put_task(struct flat_memory *memory, uint64_t pointer, uint32_t flags, uint32_t pid,
		     uint32_t tgid, const char *comm)
{
	flat_memory_add(memory, pointer, 16); /* the preempt count follows */
	flat_memory_put64(memory, pointer, TASK);
	flat_memory_add(memory, TASK, 4096);
	flat_memory_put32(memory, TASK + 44, flags);
	flat_memory_put32(memory, TASK + 2416, pid);
	flat_memory_put32(memory, TASK + 2420, tgid);
	flat_memory_put(memory, TASK + 2976, comm, 16);
	flat_memory_put64(memory, TASK + 2256, MM);
}

static void test_three_places(void **state)
{
	static const struct {
		const char *symbol;
		uint64_t address, start, pointer;
	} places[] = {
		/* up to 6.1: linked at 0 */
		{"current_task", 0x1fb80, 0, GS_BASE + 0x1fb80},
		/* 6.2 - 6.14: a member of pcpu_hot, linked at 0 */
		{"pcpu_hot", 0x2c000, 0, GS_BASE + 0x2c008},
		/* from 6.15 on: linked among the other data; the base makes up for it */
		{"current_task", UINT64_C(0xffffffff83500010), UINT64_C(0xffffffff834f0000),
		 GS_BASE + UINT64_C(0xffffffff83500010) + SLIDE},
	};

	for (size_t i = 0; i < px_array_size(places); i++) {
		struct px_linux_task_layout layout =
			layout_of(places[i].symbol, places[i].address, places[i].start, NULL);
		struct flat_memory memory = {0};
		struct px_linux_reader reader = flat_memory_reader(&memory);
		struct px_task task;

		assert_true(layout.known);
		put_task(&memory, places[i].pointer, 0x400000, 4712, 4711,
			 "worker/0:1\0\0\0\0\0");
		assert_true(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
		assert_true(task.address == TASK && task.mm == MM);
		assert_int_equal(task.tid, 4712);
		assert_int_equal(task.pid, 4711);
		assert_string_equal(task.comm, "worker/0:1");
		assert_false(task.kernel_thread || task.idle);
		assert_true(memory.reads <= 7);
		flat_memory_fini(&memory);
	}
}

/* The preempt counts are those of Linux's include/linux/preempt.h. */
static void test_contexts(void **state)
{
	static const struct {
		uint32_t preempt_count, pid;
		enum px_context context;
	} cases[] = {
		{0x80000000, 7, PX_CONTEXT_PROCESS}, /* no need to reschedule */
		{1, 7, PX_CONTEXT_PROCESS},	     /* preemption disabled */
		{0x200, 7, PX_CONTEXT_PROCESS},	     /* softirqs disabled */
		{0x100, 7, PX_CONTEXT_SOFTIRQ},
		{0x300, 7, PX_CONTEXT_SOFTIRQ}, /* which disabled them once more */
		{0x10000, 7, PX_CONTEXT_HARDIRQ},
		{0x10100, 0, PX_CONTEXT_HARDIRQ}, /* interrupts a softirq, that the idle task */
		{0x110000, 7, PX_CONTEXT_NMI},
		{0x80000000, 0, PX_CONTEXT_IDLE},
		{0x100, 0, PX_CONTEXT_SOFTIRQ},
	};
	static const char *const symbols[] = {"current_task", "pcpu_hot"};

	for (size_t i = 0; i < 2 * px_array_size(cases); i++) {
		uint64_t pointer = GS_BASE + 64 + (i % 2 ? 8 : 0);
		struct px_linux_task_layout layout = layout_of(symbols[i % 2], 64, 0, NULL);
		struct flat_memory memory = {0};
		struct px_linux_reader reader = flat_memory_reader(&memory);
		struct px_task task;

		put_task(&memory, pointer, 0, cases[i / 2].pid, cases[i / 2].pid,
			 "a\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
		flat_memory_put32(&memory, pointer + 8, cases[i / 2].preempt_count);
		assert_true(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
		assert_string_equal(px_context_name(task.context),
				    px_context_name(cases[i / 2].context));
		flat_memory_fini(&memory);
	}
	assert_string_equal(px_context_name(PX_CONTEXTS), "unknown");
}

static void test_context_unknown(void **state)
{
	struct px_linux_task_layout layout = layout_of("pcpu_hot", 64, 0, NULL);
	struct flat_memory memory = {0};
	struct px_linux_reader reader = flat_memory_reader(&memory);
	struct px_task task;

	put_task(&memory, GS_BASE + 72, 0, 1, 1, "init\0\0\0\0\0\0\0\0\0\0\0");
	layout.preempt_count += 4096; /* a page that is not there */
	assert_true(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
	assert_int_equal(task.context, PX_CONTEXT_UNKNOWN);
	flat_memory_fini(&memory);
}

static void test_idle_and_odd_names(void **state)
{
	struct px_linux_task_layout layout = layout_of("current_task", 64, 0, NULL);
	struct flat_memory memory = {0};
	struct px_linux_reader reader = flat_memory_reader(&memory);
	struct px_task task;

	put_task(&memory, GS_BASE + 64, 0x200000 | 2, 0, 0, "a\x1b[2J\nxxxxxxxxxx");
	assert_true(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
	assert_true(task.idle && task.kernel_thread && task.mm == 0);
	assert_string_equal(task.comm, "a?[2J?xxxxxxxxx");
	flat_memory_fini(&memory);
}

static void test_unknown(void **state)
{
	static const char *const members[] = {"flags", "pid", "tgid", "comm"};
	struct px_linux_task_layout layout = layout_of("current_task", 64, 0, NULL);
	struct flat_memory memory = {0};
	struct px_linux_reader reader = flat_memory_reader(&memory);
	struct px_task task = {.tid = 99};

	for (size_t i = 0; i < px_array_size(members); i++)
		assert_false(layout_of("current_task", 64, 0, members[i]).known);
	assert_false(layout_of("other_symbol", 64, 0, NULL).known);
	assert_true(layout_of("current_task", 64, 0, "mm").known);
	assert_false(layout_of("current_task", 64, 0, "mm").have_mm);

	assert_false(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
	assert_false(px_linux_task_read_current(&layout, &reader, 0, &task));
	put_task(&memory, GS_BASE + 64, 0, 1, 1, "init\0\0\0\0\0\0\0\0\0\0\0");
	assert_false(px_linux_task_read_current(&(struct px_linux_task_layout){0}, &reader,
						GS_BASE, &task));
	flat_memory_remove(&memory, TASK);
	assert_false(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
	flat_memory_put64(&memory, GS_BASE + 64, 0x1000); /* user space */
	flat_memory_add(&memory, 0x1000, 4096);
	assert_false(px_linux_task_read_current(&layout, &reader, GS_BASE, &task));
	assert_int_equal(task.tid, 99);
	flat_memory_fini(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_places),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_context_unknown),
		cmocka_unit_test(test_idle_and_odd_names),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
