/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The double of a guest keeps the promises of guest.h, so that tests over it mean something. */
#include "tests/support/guest-double.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest/memory.h"

#define CODE UINT64_C(0xffffffff81000000)

static void test_gather_and_resume(void **state)
{
	struct px_guest_double *built = px_guest_double_new(PX_GUEST_PV, 2);
	struct px_guest *guest = &built->guest;
	struct px_vcpu vcpus[2];
	struct px_domain domain;

	px_guest_double_run(built, 1, PX_PAGING_4_LEVEL, px_root_of(5), CODE, CODE + 64);
	assert_null(guest->ops->gather(guest, true, vcpus, 2));
	assert_int_equal(built->pauses, 1);
	assert_int_equal(vcpus[0].state, PX_VCPU_OFFLINE);
	assert_false(vcpus[0].have_context);
	assert_int_equal(vcpus[1].state, PX_VCPU_RUNNING);
	assert_true(vcpus[1].kernel_mode);
	assert_int_equal(vcpus[1].regs.reg[PX_REG_IP], CODE);
	assert_null(guest->ops->domain(guest, &domain));
	assert_true(domain.paused);
	assert_null(guest->ops->resume(guest));
	assert_int_equal(built->pauses, 0);
	assert_null(guest->ops->gather(guest, false, vcpus, 2));
	assert_int_equal(built->pauses, 0);
	/* The budget: 2n + 2 hypercalls in 2 ioctls, and 2n in one. */
	assert_int_equal(guest->counts.hypercalls, 6 + 4);
	assert_int_equal(guest->counts.ioctls, 3);
	px_guest_close(guest);
}

static void test_failures_on_order(void **state)
{
	struct px_guest_double *built = px_guest_double_new(PX_GUEST_PVH, 1);
	struct px_guest *guest = &built->guest;
	struct px_vcpu vcpu;
	struct px_error *err;

	built->fail_gather = 2;
	assert_null(guest->ops->gather(guest, false, &vcpu, 1));
	err = guest->ops->gather(guest, true, &vcpu, 1);
	assert_non_null(err);
	px_error_free(err);
	assert_int_equal(built->pauses, 0);
	assert_null(guest->ops->gather(guest, true, &vcpu, 1));
	built->fail_resume = 1;
	err = guest->ops->resume(guest);
	assert_non_null(err);
	px_error_free(err);
	assert_int_equal(built->pauses, 1);
	assert_null(guest->ops->resume(guest));
	px_guest_close(guest);
}

static void test_death(void **state)
{
	struct px_guest_double *built = px_guest_double_new(PX_GUEST_PVH, 1);
	struct px_guest *guest = &built->guest;
	struct px_domain domain;
	struct px_vcpu vcpu;
	struct px_error *err;

	built->die = 3;
	assert_null(guest->ops->domain(guest, &domain));
	assert_null(guest->ops->gather(guest, true, &vcpu, 1));
	for (int i = 0; i < 2; i++) {
		err = guest->ops->resume(guest);
		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_DOMAIN_GONE);
		px_error_free(err);
	}
	px_guest_close(guest);
}

/* Read back by the page walk what the builder of page tables wrote. */
static void test_tables(void **state)
{
	const enum px_paging pagings[] = {PX_PAGING_4_LEVEL, PX_PAGING_5_LEVEL};

	for (size_t i = 0; i < px_array_size(pagings); i++) {
		struct px_guest_double *built = px_guest_double_new(PX_GUEST_HVM, 1);
		px_frame_number large = px_guest_double_frames(built, 512);
		px_root root = px_guest_double_root(built);
		struct px_memory *memory = NULL;
		char text[16] = "";

		px_guest_double_map(built, pagings[i], root, CODE, large, PX_PAGE_2M);
		px_guest_double_write(built, pagings[i], root, CODE + 0x1fffff - 5,
				      "across pages", 13);
		assert_memory_equal((char *)px_guest_double_page(built, large) + 0x1fffff - 5,
				    "across", 6);
		assert_null(px_memory_new(&built->guest, 16, &memory));
		assert_int_equal(px_memory_read(memory, pagings[i], root,
						px_gva_of(CODE + 0x1fffff - 5), text, 13),
				 PX_READ_OK);
		assert_string_equal(text, "across pages");
		px_guest_double_unmap(built, pagings[i], root, CODE + 0x200000);
		px_memory_new_generation(memory);
		assert_int_equal(px_memory_read(memory, pagings[i], root,
						px_gva_of(CODE + 0x200000), text, 1),
				 PX_READ_NOT_PRESENT);
		px_memory_free(memory);
		px_guest_close(&built->guest);
	}
}

/* What a mapping must not be used for ends the process that does. */
static int signal_of(const uint8_t *page, bool write_to_it)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		if (write_to_it)
			*(volatile uint8_t *)(uintptr_t)page = 1;
		else
			(void)*(const volatile uint8_t *)page;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_mappings(void **state)
{
	struct px_guest_double *built = px_guest_double_new(PX_GUEST_PV, 1);
	struct px_guest *guest = &built->guest;
	px_frame_number frames[3] = {px_guest_double_frames(built, 1),
				     px_frame_number_of(123456),
				     px_guest_double_frames(built, 1)};
	const uint8_t *pages = NULL;
	bool mapped[3];

	assert_null(guest->ops->map(guest, frames, 3, &pages, mapped));
	assert_true(mapped[0] && !mapped[1] && mapped[2]);
	*(uint8_t *)px_guest_double_page(built, frames[2]) = 77;
	assert_int_equal(pages[2 * PX_PAGE_SIZE], 77);
	assert_int_equal(signal_of(pages, false), 0);
	assert_int_not_equal(signal_of(pages, true), 0);
	assert_int_not_equal(signal_of(pages + PX_PAGE_SIZE, false), 0);
	guest->ops->unmap(guest, pages, 3);
	assert_int_not_equal(signal_of(pages, false), 0);
	assert_null(guest->ops->map(guest, &frames[1], 1, &pages, mapped));
	assert_null(pages);
	px_guest_close(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gather_and_resume),
		cmocka_unit_test(test_failures_on_order),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
