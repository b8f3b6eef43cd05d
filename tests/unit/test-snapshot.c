/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two samples of a vCPU say about its progress, and how stacks are shown. */
#include "guest/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/stack-view.h"
#include "tests/support/guest-double.h"

static const uint64_t ms = 1000000;

/* Functions "f" of 0x100 bytes from 0x1000 on; those from 0x10000 on are a module's. */
static bool find_symbol(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	if (address < 0x1000)
		return false;
	*ret = (struct px_linux_symbol){.start = address & ~UINT64_C(0xff),
					.end = (address | 0xff) + 1,
					.name = address < 0x10000 ? "f" : "g\033\377",
					.module = address < 0x10000 ? NULL : "m"};
	return true;
}

static const struct px_namer namer = {.find = find_symbol};

static struct px_sample sample(uint64_t time, uint64_t cpu_time, size_t count, ...)
{
	struct px_sample s = {.time_ns = time,
			      .state = PX_VCPU_RUNNING,
			      .cpu_time_ns = cpu_time,
			      .frame_count = count,
			      .end = PX_END_THREAD_ROOT};
	va_list ips;

	va_start(ips, count);
	for (size_t i = 0; i < count; i++)
		s.frames[i] = (struct px_frame){.ip = (uint64_t)va_arg(ips, int),
						.source = i ? PX_RULE_ORC : PX_RULE_NONE,
						.exact = i == 0};
	va_end(ips);
	return s;
}

static enum px_progress progress(struct px_sample first, struct px_sample second)
{
	return px_progress_of(&namer, &first, &second);
}

/* --- progress ----------------------------------------------------------------------------- */

static void test_spins(void **state)
{
	const struct px_sample first = sample(0, 0, 2, 0x1110, 0x2010);

	/* Elsewhere in the same function, or in a helper of it. */
	assert_int_equal(progress(first, sample(100 * ms, 95 * ms, 2, 0x1180, 0x2010)),
			 PX_PROGRESS_SPINS);
	assert_int_equal(progress(first, sample(100 * ms, 95 * ms, 3, 0x3000, 0x1120, 0x2010)),
			 PX_PROGRESS_SPINS);
	assert_int_equal(progress(sample(0, 0, 4, 0x4000, 0x3010, 0x1110, 0x2010),
				  sample(100 * ms, 95 * ms, 2, 0x1120, 0x2010)),
			 PX_PROGRESS_SPINS);
}

/* In a system call; behind it the program's frames, of which a look may have come too late. */
static void test_spins_for_a_program(void **state)
{
	struct px_sample first = sample(0, 0, 3, 0x1110, 0x2010, 0x500);
	struct px_sample second =
		sample(100 * ms, 95 * ms, 6, 0x1120, 0x2010, 0x500, 0x510, 0x520, 0x530);
	struct px_sample other =
		sample(100 * ms, 95 * ms, 6, 0x1120, 0x2010, 0x500, 0x510, 0x520, 0x540);

	first.user_walked = second.user_walked = other.user_walked = true;
	first.user_frames = 1;
	second.user_frames = other.user_frames = 4;
	second.user_end = other.user_end = PX_END_USER_ROOT;
	first.user_end = PX_END_DEADLINE;
	assert_int_equal(progress(first, second), PX_PROGRESS_SPINS);
	first.user_end = PX_END_NOT_WALKED;
	assert_int_equal(progress(first, second), PX_PROGRESS_SPINS);
	/* It was called from elsewhere in the program. */
	second.time_ns = second.cpu_time_ns = 0;
	assert_int_equal(progress(second, other), PX_PROGRESS_MOVES);
}

static void test_moves(void **state)
{
	const struct px_sample first = sample(0, 0, 2, 0x1110, 0x2010);
	struct px_sample user = sample(100 * ms, 95 * ms, 2, 0x1110, 0x2010);
	struct px_sample other_task = user;

	user.user_mode = true;
	other_task.have_task = true;
	other_task.task.address = 1;
	assert_int_equal(progress(first, user), PX_PROGRESS_MOVES);
	assert_int_equal(progress(first, other_task), PX_PROGRESS_MOVES);
	/* Another function, another caller, far deeper, or little time. */
	assert_int_equal(progress(first, sample(100 * ms, 95 * ms, 2, 0x1210, 0x2010)),
			 PX_PROGRESS_MOVES);
	assert_int_equal(progress(first, sample(100 * ms, 95 * ms, 2, 0x1110, 0x2210)),
			 PX_PROGRESS_MOVES);
	assert_int_equal(progress(sample(0, 0, 1, 0x2010),
				  sample(100 * ms, 95 * ms, 4, 0x5000, 0x4010, 0x3010, 0x2010)),
			 PX_PROGRESS_MOVES);
	assert_int_equal(progress(first, sample(100 * ms, 5 * ms, 2, 0x1110, 0x2010)),
			 PX_PROGRESS_MOVES);
}

static void test_waits(void **state)
{
	struct px_sample first = sample(0, 7, 1, 0x1110);
	struct px_sample second = sample(100 * ms, 7, 1, 0x1110);

	first.state = second.state = PX_VCPU_BLOCKED;
	assert_int_equal(progress(first, second), PX_PROGRESS_WAITS);
	first.state = PX_VCPU_RUNNABLE;
	assert_int_equal(progress(first, second), PX_PROGRESS_WAITS);
	/* It worked in between and waits again. */
	first.state = PX_VCPU_BLOCKED;
	second.cpu_time_ns += ms;
	assert_int_equal(progress(first, second), PX_PROGRESS_WAITS);
}

static void test_starves(void **state)
{
	struct px_sample first = sample(0, 7, 1, 0x1110);
	struct px_sample second = sample(100 * ms, 7, 1, 0x1110);

	first.state = second.state = PX_VCPU_RUNNABLE;
	assert_int_equal(progress(first, second), PX_PROGRESS_STARVES);
}

/* --- taking one --------------------------------------------------------------------------- */

static void test_take(void **state)
{
	const struct px_sampler_kernel kernel = {.start = UINT64_C(0xff00000000000000)};
	const struct px_sampler_options options = {.idle = true, .pause = true};
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PV, 3);
	struct px_memory *memory = NULL;
	struct px_sampler *sampler = NULL;

	px_guest_double_run(guest, 0, PX_PAGING_4_LEVEL, px_root_of(1), 0x1000, 0);
	px_guest_double_run(guest, 2, PX_PAGING_4_LEVEL, px_root_of(1), 0x2000, 0);
	assert_null(px_memory_new(&guest->guest, 16, &memory));
	assert_null(px_sampler_new(&guest->guest, memory, &kernel, &options, &sampler));
	/* Whichever vCPU a tick starts with, the order is that of the vCPUs. */
	for (int i = 0; i < 3; i++) {
		struct px_snapshot snapshot = {0};

		assert_null(px_snapshot_take(sampler, &snapshot));
		assert_int_equal(snapshot.count, 2);
		assert_int_equal(snapshot.samples[0].vcpu, 0);
		assert_int_equal(snapshot.samples[1].vcpu, 2);
		assert_ptr_equal(px_snapshot_find(&snapshot, 2), &snapshot.samples[1]);
		assert_null(px_snapshot_find(&snapshot, 1));
		px_snapshot_fini(&snapshot);
	}
	px_sampler_free(sampler);
	px_memory_free(memory);
	px_guest_close(&guest->guest);
}

static void test_complete(void **state)
{
	struct px_sample samples[] = {sample(0, 0, 1, 0x10), sample(0, 0, 1, 0x10)};
	const struct px_snapshot snapshot = {.samples = samples, .count = 2};

	assert_true(px_snapshot_complete(&snapshot));
	samples[1].end = PX_END_NO_RULE;
	assert_false(px_snapshot_complete(&snapshot));
}

/* --- showing ------------------------------------------------------------------------------ */

static const struct px_domain domain = {.id = 3, .vcpus = 3, .name = "web\370"};

struct shown {
	struct px_sample samples[2], later[2];
	struct px_snapshot first, second;
	struct px_vcpu_list vcpus;
	struct px_stack_view view;
};

static void make_view(struct shown *shown)
{
	*shown = (struct shown){
		.samples = {sample(0, 0, 2, 0x1110, 0x10011), sample(0, 0, 1, 0x10)},
		.later = {sample(100 * ms, 90 * ms, 2, 0x1120, 0x10011),
			  sample(100 * ms, 0, 1, 0x10)},
	};
	shown->samples[0].have_task = shown->later[0].have_task = true;
	shown->samples[0].task = shown->later[0].task =
		(struct px_task){.address = 1, .pid = 8, .tid = 9, .comm = "nginx"};
	shown->samples[1].vcpu = shown->later[1].vcpu = 2;
	shown->samples[1].end = shown->later[1].end = PX_END_NO_RULE;
	shown->first = (struct px_snapshot){.samples = shown->samples, .count = 2};
	shown->second = (struct px_snapshot){.samples = shown->later, .count = 2};
	shown->view = (struct px_stack_view){.domain = &domain,
					     .vcpus = &shown->vcpus,
					     .namer = namer,
					     .first = &shown->first};
}

static void assert_text(const struct px_stack_view *view, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	px_stack_view_text(view, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_text(void **state)
{
	struct shown shown;

	make_view(&shown);
	assert_text(&shown.view, "web\370 (domain 3, pv)\n\n"
				 "vCPU 0  running, kernel mode, nginx 8/9\n"
				 "    0000000000001110 f+0x10\n"
				 "    0000000000010011 g?\377+0x11 [m]\n"
				 "    -- thread root\n\n"
				 "vCPU 1  offline\n\n"
				 "vCPU 2  running, kernel mode\n"
				 "    0000000000000010 [unknown]\n"
				 "    -- no rule\n");
	shown.view.sources = true;
	shown.view.second = &shown.second;
	assert_null(px_vcpu_list_parse("0", &shown.vcpus));
	assert_text(&shown.view, "web\370 (domain 3, pv)\n\n"
				 "vCPU 0  running, kernel mode, nginx 8/9\n"
				 "    0000000000001120 f+0x20\n"
				 "    0000000000010011 g?\377+0x11 [m]  (orc)\n"
				 "    -- thread root\n"
				 "    => spins: 90.0 ms of processor time in 100.0 ms\n");
}

static bool find_mangled(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	*ret = (struct px_linux_symbol){.start = address, .name = "camlUnikernel__start_273"};
	return true;
}

/* People see names as in the source. */
static void test_mangled(void **state)
{
	struct shown shown;

	make_view(&shown);
	shown.view.namer.find = find_mangled;
	assert_null(px_vcpu_list_parse("2", &shown.vcpus));
	assert_text(&shown.view, "web\370 (domain 3, pv)\n\n"
				 "vCPU 2  running, kernel mode\n"
				 "    0000000000000010 Unikernel.start+0x0\n"
				 "    -- no rule\n");
}

static json_t *snapshot_json(json_t *stacks, size_t vcpu, size_t number)
{
	json_t *entry = json_array_get(json_object_get(stacks, "vcpus"), vcpu);

	assert_int_equal(json_integer_value(json_object_get(entry, "vcpu")), vcpu);
	return json_array_get(json_object_get(entry, "snapshots"), number);
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void test_json(void **state)
{
	struct shown shown;
	json_t *stacks, *one, *frame;

	make_view(&shown);
	shown.view.second = &shown.second;
	stacks = px_stack_view_json(&shown.view);
	assert_non_null(stacks);
	assert_string_equal(text_of(stacks, "name"), "web?");
	assert_int_equal(json_array_size(json_object_get(stacks, "vcpus")), 3);
	one = snapshot_json(stacks, 0, 1);
	assert_string_equal(text_of(one, "state"), "running");
	assert_string_equal(text_of(one, "end"), "thread root");
	assert_true(json_is_true(json_object_get(one, "complete")));
	assert_string_equal(text_of(json_object_get(one, "task"), "comm"), "nginx");
	frame = json_array_get(json_object_get(one, "frames"), 1);
	assert_string_equal(text_of(frame, "address"), "0x10011");
	assert_string_equal(text_of(frame, "name"), "g\033?");
	assert_string_equal(text_of(frame, "module"), "m");
	assert_string_equal(text_of(frame, "rule"), "orc");
	assert_int_equal(json_integer_value(json_object_get(frame, "offset")), 0x11);
	assert_string_equal(text_of(snapshot_json(stacks, 1, 0), "state"), "offline");
	assert_false(json_is_true(json_object_get(snapshot_json(stacks, 2, 0), "complete")));
	one = json_array_get(json_object_get(stacks, "vcpus"), 0);
	assert_string_equal(text_of(one, "progress"), "spins");
	json_decref(stacks);
}

/* One function of process 5. */
static bool find_user(void *context, uint64_t process, uint64_t address,
		      struct px_linux_symbol *ret)
{
	*ret = (struct px_linux_symbol){0x400000, 0x500000, "main", "nginx", 't'};
	return process == 5 && address >= ret->start && address < ret->end;
}

/* The kernel's part of vCPU 0's stack, then the program's; vCPU 2 is in another program. */
static void make_user_view(struct shown *shown)
{
	struct px_sample *entered = &shown->samples[0], *user = &shown->samples[1];

	make_view(shown);
	shown->view.namer.find_user = find_user;
	entered->end = user->end = PX_END_USER_MODE;
	entered->frames[2] = (struct px_frame){.ip = 0x401000, .exact = true};
	entered->frames[3] = (struct px_frame){.ip = 0x500000, .source = PX_RULE_EH_FRAME};
	entered->frame_count = 4;
	entered->user_frames = 2;
	entered->user_walked = user->user_walked = user->user_mode = true;
	entered->process = 5;
	entered->user_end = PX_END_USER_ROOT;
	user->frames[0].ip = 0x1110; /* a program has nothing of the kernel's names */
	user->user_frames = 1;
	user->process = 6;
	user->user_end = PX_END_NO_FILE;
}

static void test_user_text(void **state)
{
	struct shown shown;

	make_user_view(&shown);
	assert_text(&shown.view, "web\370 (domain 3, pv)\n\n"
				 "vCPU 0  running, kernel mode, nginx 8/9\n"
				 "    0000000000001110 f+0x10\n"
				 "    0000000000010011 g?\377+0x11 [m]\n"
				 "    -- user mode\n"
				 "    0000000000401000 main+0x1000 [nginx]\n"
				 "    0000000000500000 main+0x100000 [nginx]\n"
				 "    -- user root\n\n"
				 "vCPU 1  offline\n\n"
				 "vCPU 2  running, user mode\n"
				 "    0000000000001110 [unknown]\n"
				 "    -- no file\n");
}

static void test_user_json(void **state)
{
	struct shown shown;
	json_t *stacks, *one, *frames;

	make_user_view(&shown);
	stacks = px_stack_view_json(&shown.view);
	assert_non_null(stacks);
	one = snapshot_json(stacks, 0, 0);
	frames = json_object_get(one, "frames");
	assert_int_equal(json_array_size(frames), 4);
	assert_null(json_object_get(json_array_get(frames, 1), "user"));
	assert_true(json_is_true(json_object_get(json_array_get(frames, 2), "user")));
	assert_string_equal(text_of(json_array_get(frames, 3), "name"), "main");
	assert_string_equal(text_of(one, "end"), "user mode");
	assert_string_equal(text_of(one, "user_end"), "user root");
	assert_true(json_is_true(json_object_get(one, "user_complete")));
	assert_string_equal(text_of(snapshot_json(stacks, 2, 0), "user_end"), "no file");
	json_decref(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spins),	  cmocka_unit_test(test_spins_for_a_program),
		cmocka_unit_test(test_moves),	  cmocka_unit_test(test_waits),
		cmocka_unit_test(test_starves),	  cmocka_unit_test(test_take),
		cmocka_unit_test(test_complete),  cmocka_unit_test(test_text),
		cmocka_unit_test(test_mangled),	  cmocka_unit_test(test_json),
		cmocka_unit_test(test_user_text), cmocka_unit_test(test_user_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
