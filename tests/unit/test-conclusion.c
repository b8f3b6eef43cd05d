/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor concludes from findings: which comes first, what follows from what, and when
 * nothing is wrong or nothing can be told. */
#include "ringtrace/conclusion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ringtrace/signs.h"
#include "tests/support/doctor-fixture.h"

#define NO_RING SIZE_MAX

#define RULE(rule_id, rule_name, rule_health, rule_actor)                       \
	{                                                                       \
		.id = (rule_id), .name = (rule_name), .health = (rule_health),  \
		.actor = (rule_actor), .meaning = "meaning", .advice = "advice" \
	}

static const struct px_rule held = RULE("A2", "held", PX_HEALTH_FAULT, PX_ACTOR_BACK);
static const struct px_rule lost = RULE("A1", "lost kick", PX_HEALTH_FAULT, PX_ACTOR_FRONT);
static const struct px_rule unread = RULE("W", "nobody reads", PX_HEALTH_FAULT, PX_ACTOR_BACK);
static const struct px_rule limited = RULE("A3", "throttled", PX_HEALTH_WAITS, PX_ACTOR_HOST);
static const struct px_rule handshake =
	RULE("L", "not connected", PX_HEALTH_FAULT, PX_ACTOR_TOOLSTACK);

static const struct px_rule back_down =
	RULE("L4", "back end's domain down", PX_HEALTH_FAULT, PX_ACTOR_TOOLSTACK);

struct fixture {
	struct px_doctor_report report;
	struct px_conclusion conclusion;
	size_t vif, vbd, console, store;
	size_t tx, block, out, request; /* rings of these */
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	px_doctor_fixture_init(&f.report);
	f.vif = px_doctor_fixture_device(&f.report, PX_DEVICE_VIF, 0, "vif 0");
	f.vbd = px_doctor_fixture_device(&f.report, PX_DEVICE_VBD, 51712, "vbd 51712 (xvda)");
	f.console = px_doctor_fixture_device(&f.report, PX_DEVICE_CONSOLE, 0, "console");
	f.store = px_doctor_fixture_device(&f.report, PX_DEVICE_STORE, 0, "xenstore");
	f.tx = px_doctor_fixture_ring(&f.report, f.vif, PX_RING_NET_TX);
	f.block = px_doctor_fixture_ring(&f.report, f.vbd, PX_RING_BLOCK);
	f.out = px_doctor_fixture_ring(&f.report, f.console, PX_RING_CONSOLE_OUT);
	f.request = px_doctor_fixture_ring(&f.report, f.store, PX_RING_STORE_REQUEST);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	px_conclusion_fini(&f->conclusion);
	px_doctor_report_fini(&f->report);
	return 0;
}

static void judge(struct fixture *f, size_t device, size_t ring, const struct px_rule *rule)
{
	px_doctor_fixture_verdict(&f->report, device, ring, rule, PX_HEALTH_IDLE, "numbers");
}

static void conclude(struct fixture *f)
{
	assert_null(px_conclude(&f->report, &f->conclusion));
}

static void expect(const struct fixture *f, enum px_health health, const char *headline)
{
	assert_int_equal(f->conclusion.health, health);
	assert_string_equal(f->conclusion.headline, headline);
}

/* The findings in their order, by what they are about and whether they follow. */
static void expect_order(const struct fixture *f, const char *wanted)
{
	char got[512] = "";

	for (size_t i = 0; i < f->conclusion.count; i++) {
		const struct px_finding *finding = &f->conclusion.findings[i];
		size_t used = strlen(got);

		snprintf(got + used, sizeof(got) - used, "%s%s %s%s", used ? ", " : "",
			 finding->where, finding->id, finding->consequence ? "*" : "");
	}
	assert_string_equal(got, wanted);
}

/* --- nothing is wrong -----------------------------------------------------------------------
 */

static void test_idle(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, NULL);
	judge(f, f->vbd, f->block, NULL);
	conclude(f);
	expect(f, PX_HEALTH_IDLE, "idle: nothing moved in 1.0 s, and nobody owes anything");
	assert_null(px_conclusion_first(&f->conclusion));
}

static void test_healthy(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, NULL);
	px_doctor_fixture_verdict(&f->report, f->vbd, f->block, NULL, PX_HEALTH_PROGRESS, "");
	conclude(f);
	expect(f, PX_HEALTH_PROGRESS,
	       "healthy: 1 of 2 rings moved in 1.0 s, and nobody owes anything");
}

static void test_no_rings(void **state)
{
	struct fixture *f = *state;

	conclude(f);
	expect(f, PX_HEALTH_IDLE, "idle: it has no rings");
}

/* A busy kernel is remarkable, and no fault. */
static void test_busy(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, NULL);
	px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_SPINS, "clear_user ksys_read");
	conclude(f);
	assert_int_equal(f->conclusion.health, PX_HEALTH_IDLE);
	assert_int_equal(f->conclusion.note_count, 1);
	assert_string_equal(
		f->conclusion.notes[0],
		"vCPU 0 was busy in clear_user both times: it works hard, or it spins");
}

static void test_throttled(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, &limited);
	px_doctor_fixture_verdict(&f->report, f->vbd, f->block, NULL, PX_HEALTH_PROGRESS, "");
	conclude(f);
	expect(f, PX_HEALTH_WAITS, "no fault; vif 0 tx: throttled (A3), on purpose");
	assert_int_equal(f->conclusion.faults, 0);
	assert_ptr_equal(px_conclusion_first(&f->conclusion), &f->conclusion.findings[0]);
}

/* --- nothing can be told --------------------------------------------------------------------
 */

static void test_unknown(void **state)
{
	struct fixture *f = *state;
	struct px_ring *ring = &f->report.rings.devices[f->vif].rings[f->tx];

	assert_null(px_ring_lack(ring, PX_SOURCE_BACK, "it is in domain 3"));
	px_doctor_fixture_verdict(&f->report, f->vif, f->tx, NULL, PX_HEALTH_UNKNOWN, "");
	f->report.verdicts[0].missing = 1u << PX_SOURCE_BACK;
	conclude(f);
	expect(f, PX_HEALTH_UNKNOWN, "cannot tell how it is with vif 0 tx");
	assert_non_null(strstr(f->conclusion.findings[0].evidence, "it is in domain 3"));
}

/* A fault that is known comes before what is not. */
static void test_unknown_and_fault(void **state)
{
	struct fixture *f = *state;

	px_doctor_fixture_verdict(&f->report, f->store, f->request, NULL, PX_HEALTH_UNKNOWN,
				  "");
	judge(f, f->vif, f->tx, &lost);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "vif 0 tx: lost kick (A1)");
	expect_order(f, "vif 0 tx A1, xenstore request ");
}

static void test_gone(void **state)
{
	struct fixture *f = *state;

	f->report.dissolved = true;
	f->report.domain.dying = true;
	judge(f, f->vif, f->tx, NULL);
	px_doctor_fixture_verdict(&f->report, f->vbd, f->block, NULL, PX_HEALTH_UNKNOWN, "");
	conclude(f);
	expect(f, PX_HEALTH_UNKNOWN,
	       "cannot tell: the domain went away while it was looked at");
	expect_order(f, "the domain domain-gone, vbd 51712 (xvda) *");
}

/* --- the domain -----------------------------------------------------------------------------
 */

static void test_stopped(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, &lost);
	judge(f, f->store, f->request, &held);
	f->report.domain.paused = true;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain is paused");
	expect_order(f, "the domain domain-paused, xenstore request A2*, vif 0 tx A1*");
	assert_int_equal(f->conclusion.faults, 1);
	px_conclusion_fini(&f->conclusion);

	f->report.domain.shutdown = f->report.domain.crashed = true;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain has crashed");
	assert_int_equal(f->conclusion.count, 3);
	px_conclusion_fini(&f->conclusion);

	f->report.domain.crashed = false;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain has shut down");
	px_conclusion_fini(&f->conclusion);

	f->report.domain.dying = true;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain is being destroyed");
}

/* Whoever saves it may be at work, or have failed. */
static void test_suspended(void **state)
{
	struct fixture *f = *state;

	f->report.domain.shutdown = f->report.domain.suspended = true;
	conclude(f);
	expect(f, PX_HEALTH_UNKNOWN, "cannot tell: the domain is suspended");
	assert_int_equal(f->conclusion.faults, 0);
	px_conclusion_fini(&f->conclusion);

	f->report.domain.dying = true;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain is being destroyed");
}

/* Nothing is said of rings that could not be found. */
static void test_store_silent(void **state)
{
	struct fixture *f = *state;

	f->report.store_silent = true;
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain has a xenstored that does not answer");
	px_conclusion_fini(&f->conclusion);

	f->report.domain.paused = true;
	conclude(f);
	expect_order(f, "the domain domain-paused, the domain store-silent");
}

static void test_unread(void **state)
{
	struct fixture *f = *state;

	f->report.rings.reading_count = 0;
	conclude(f);
	expect(f, PX_HEALTH_UNKNOWN,
	       "cannot tell: the domain has rings that could not be read");
}

/* --- vCPUs ----------------------------------------------------------------------------------
 */

static void test_starving(void **state)
{
	struct fixture *f = *state;

	px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_WAITS, "do_idle");
	px_doctor_fixture_vcpu(&f->report, 1, PX_PROGRESS_STARVES, "do_syscall_64");
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain gets no processor");
	assert_string_equal(f->conclusion.findings[0].evidence,
			    "vCPU 1 wanted a processor for 1.0 s and got none");
	px_conclusion_fini(&f->conclusion);

	f->report.interval_ns = 100000000;
	conclude(f);
	assert_int_equal(f->conclusion.count, 0);
}

static void set_upcall(struct px_doctor_vcpu *vcpu, size_t look, enum px_answer pending,
		       enum px_answer masked)
{
	vcpu->looks[look].upcall_pending = pending;
	vcpu->looks[look].upcall_masked = masked;
}

static void test_events_masked(void **state)
{
	struct fixture *f = *state;
	struct px_doctor_vcpu *vcpu =
		px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_SPINS, "loop");

	judge(f, f->vif, f->tx, &lost);
	judge(f, f->vbd, f->block, &held);
	set_upcall(vcpu, 0, PX_ANSWER_YES, PX_ANSWER_YES);
	set_upcall(vcpu, 1, PX_ANSWER_YES, PX_ANSWER_YES);
	conclude(f);
	/* What the back end holds does not wait for the guest. */
	expect_order(f, "the domain events-masked, vbd 51712 (xvda) A2, vif 0 tx A1*");
	px_conclusion_fini(&f->conclusion);

	/* Somebody hears the guest. */
	px_doctor_fixture_verdict(&f->report, f->store, f->request, NULL, PX_HEALTH_PROGRESS,
				  "");
	conclude(f);
	expect_order(f, "vbd 51712 (xvda) A2, vif 0 tx A1");
	px_conclusion_fini(&f->conclusion);
	f->report.verdict_count--;

	set_upcall(vcpu, 0, PX_ANSWER_YES, PX_ANSWER_NO);
	conclude(f);
	expect_order(f, "vbd 51712 (xvda) A2, vif 0 tx A1");
	px_conclusion_fini(&f->conclusion);

	set_upcall(vcpu, 0, PX_ANSWER_UNKNOWN, PX_ANSWER_YES);
	conclude(f);
	assert_int_equal(f->conclusion.count, 2);
}

static void test_locked_up(void **state)
{
	struct fixture *f = *state;
	struct px_doctor_vcpu *other;

	px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_SPINS,
			       "native_queued_spin_lock_slowpath _raw_spin_lock f");
	other = px_doctor_fixture_vcpu(&f->report, 1, PX_PROGRESS_SPINS,
				       "__pv_queued_spin_lock_slowpath _raw_spin_lock g");
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain spins for locks on all its vCPUs");
	px_conclusion_fini(&f->conclusion);

	/* Somebody who works may hold it. */
	other->progress = PX_PROGRESS_MOVES;
	conclude(f);
	assert_int_equal(f->conclusion.count, 0);
	px_conclusion_fini(&f->conclusion);

	/* Who is down holds none. */
	other->looks[1].state = PX_VCPU_OFFLINE;
	conclude(f);
	assert_int_equal(f->conclusion.count, 1);
}

static void test_panic(void **state)
{
	struct fixture *f = *state;

	px_doctor_fixture_vcpu(
		&f->report, 1, PX_PROGRESS_SPINS,
		"delay_tsc panic_smp_self_stop domU_write_console panic do_exit");
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "the domain has panicked");
	assert_string_equal(f->conclusion.findings[0].evidence,
			    "vCPU 1 is in panic(), called by do_exit");
	px_conclusion_fini(&f->conclusion);

	f->report.domain.shutdown = f->report.domain.crashed = true;
	conclude(f);
	assert_int_equal(f->conclusion.count, 1);
	assert_string_equal(f->conclusion.findings[0].evidence,
			    "Xen has shut domain 5 down for the reason \"crash\"; vCPU 1 is in "
			    "panic(), called by do_exit");
}

/* The console is not lost behind hundreds of queues. */
static void test_many_queues(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 500; i++)
		judge(f, f->vif, f->tx, &lost);
	judge(f, f->console, f->out, &unread);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "vif 0 tx: lost kick (A1), and 500 more");
	assert_int_equal(f->conclusion.count, PX_FINDINGS_OF_DEVICE + 1);
	assert_int_equal(f->conclusion.left_out, 500 - PX_FINDINGS_OF_DEVICE);
	assert_string_equal(f->conclusion.findings[PX_FINDINGS_OF_DEVICE].where, "console out");
}

/* --- what blocks what -----------------------------------------------------------------------
 */

static void test_order(void **state)
{
	struct fixture *f = *state;

	judge(f, f->console, f->out, &unread);
	judge(f, f->vif, NO_RING, &handshake);
	judge(f, f->vif, f->tx, &held);
	judge(f, f->vbd, f->block, &held);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "vif 0: not connected (L), and 2 more");
	expect_order(f, "vif 0 L, vbd 51712 (xvda) A2, vif 0 tx A2*, console out W");
	px_conclusion_fini(&f->conclusion);

	judge(f, f->store, f->request, &held);
	conclude(f);
	expect_order(f, "xenstore request A2, vif 0 L*, vbd 51712 (xvda) A2, vif 0 tx A2*, "
			"console out W");
}

/* Who acts in the guest first acts for nothing. */
static void test_back_end_down(void **state)
{
	struct fixture *f = *state;

	judge(f, f->store, f->request, &held);
	judge(f, f->vif, f->tx, &held);
	judge(f, f->vif, NO_RING, &back_down);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "vif 0: back end's domain down (L4), and 1 more");
	expect_order(f, "vif 0 L4, xenstore request A2, vif 0 tx A2*");
}

/* Which ring it is says more than that it is one of them. */
static void test_one_queue(void **state)
{
	struct fixture *f = *state;
	static const struct px_rule queue = RULE("O", "one bad queue", PX_HEALTH_FAULT, 0);

	judge(f, f->vif, NO_RING, &queue);
	judge(f, f->vif, f->tx, &held);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "vif 0 tx: held (A2)");
	expect_order(f, "vif 0 tx A2, vif 0 O*");
}

/* Nobody misses a console, but for who spins for it. */
static void test_held_console(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vbd, f->block, &held);
	judge(f, f->console, f->out, &unread);
	px_doctor_fixture_vcpu(&f->report, 1, PX_PROGRESS_MOVES,
			       "xen_hypercall_sched_op domU_write_console.part.0 vprintk_emit");
	px_doctor_fixture_task(&f->report, "sh", 'S', PX_ANSWER_YES,
			       "__schedule schedule n_tty_write");
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "console out: nobody reads (W), and 1 more");
	assert_int_equal(f->conclusion.findings[0].seen_count, 2);
	assert_string_equal(f->conclusion.findings[0].seen[0],
			    "vCPU 1 was both times in domU_write_console.part.0, which writes "
			    "to the console");
	assert_string_equal(
		f->conclusion.findings[0].seen[1],
		"task sh (201, state S) has not run meanwhile and is in n_tty_write, "
		"which writes to a terminal");
}

/* It spins with interrupts off, so that responses stay where they are. */
static void test_deaf_for_console(void **state)
{
	struct fixture *f = *state;
	static const struct px_rule not_run =
		RULE("B3", "not run", PX_HEALTH_FAULT, PX_ACTOR_EITHER);
	struct px_doctor_vcpu *vcpu =
		px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_SPINS,
				       "xen_hypercall_pv domU_write_console hvc_push");

	set_upcall(vcpu, 0, PX_ANSWER_YES, PX_ANSWER_YES);
	set_upcall(vcpu, 1, PX_ANSWER_YES, PX_ANSWER_YES);
	judge(f, f->vif, f->tx, &not_run);
	judge(f, f->vbd, f->block, &held);
	judge(f, f->console, f->out, &unread);
	conclude(f);
	expect(f, PX_HEALTH_FAULT, "console out: nobody reads (W), and 1 more");
	expect_order(f, "console out W, the domain events-masked*, vbd 51712 (xvda) A2, "
			"vif 0 tx B3*");
}

/* A vCPU that is on its way sends packets as well. */
static void test_passing_vcpu(void **state)
{
	struct fixture *f = *state;
	struct px_doctor_vcpu *vcpu =
		px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_MOVES, "xennet_start_xmit");

	free(vcpu->looks[0].stack.frames[0].function);
	vcpu->looks[0].stack.frames[0].function = strdup("do_idle");
	judge(f, f->vif, f->tx, &held);
	conclude(f);
	assert_int_equal(f->conclusion.findings[0].seen_count, 0);
}

static void test_unikernel_waits(void **state)
{
	struct fixture *f = *state;

	px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_WAITS,
			       "block_domain Netif.wait_for_free_tx Lwt.bind");
	judge(f, f->vif, f->tx, &lost);
	conclude(f);
	assert_string_equal(f->conclusion.findings[0].seen[0],
			    "vCPU 0 waits in Netif.wait_for_free_tx, which waits for slots");
}

static void test_all_wait(void **state)
{
	struct fixture *f = *state;
	struct px_doctor_vcpu *vcpu =
		px_doctor_fixture_vcpu(&f->report, 0, PX_PROGRESS_WAITS, "do_idle");

	judge(f, f->vif, f->tx, &lost);
	conclude(f);
	assert_int_equal(f->conclusion.note_count, 0);
	px_conclusion_fini(&f->conclusion);

	set_upcall(vcpu, 1, PX_ANSWER_NO, PX_ANSWER_UNKNOWN);
	conclude(f);
	assert_int_equal(f->conclusion.note_count, 1);
	assert_non_null(strstr(f->conclusion.notes[0], "all vCPUs are blocked"));
}

/* --- tasks ----------------------------------------------------------------------------------
 */

static void test_tasks(void **state)
{
	struct fixture *f = *state;

	judge(f, f->vif, f->tx, NULL);
	px_doctor_fixture_task(&f->report, "cp", 'D', PX_ANSWER_NO,
			       "__schedule schedule io_schedule folio_wait_bit_common");
	px_doctor_fixture_task(&f->report, "dd", 'D', PX_ANSWER_YES,
			       "__schedule schedule io_schedule folio_wait_bit_common");
	px_doctor_fixture_task(&f->report, "rm", 'D', PX_ANSWER_YES,
			       "schedule_timeout down_write");
	conclude(f);
	assert_int_equal(f->conclusion.health, PX_HEALTH_IDLE);
	assert_int_equal(f->conclusion.note_count, 2);
	assert_string_equal(
		f->conclusion.notes[0],
		"task dd (202) hangs in folio_wait_bit_common, and no ring was found to blame");
	assert_string_equal(
		f->conclusion.notes[1],
		"task rm (203) hangs in down_write, and no ring was found to blame");
	px_conclusion_fini(&f->conclusion);

	judge(f, f->vbd, f->block, &held);
	conclude(f);
	assert_int_equal(f->conclusion.findings[0].seen_count, 2);
	assert_int_equal(f->conclusion.note_count, 1);
}

static void test_many_tasks(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++)
		px_doctor_fixture_task(&f->report, "dd", 'D', PX_ANSWER_YES, "io_schedule");
	judge(f, f->vbd, f->block, &held);
	conclude(f);
	assert_int_equal(f->conclusion.findings[0].seen_count, PX_FINDING_SEEN_MAX);
	assert_int_equal(f->conclusion.findings[0].seen_left_out, 20 - PX_FINDING_SEEN_MAX);
}

/* Daemons of the drivers that have nothing to do are no sign of anything. */
static void test_signs(void **state)
{
	struct fixture *f = *state;
	struct px_doctor_task *task;

	task = px_doctor_fixture_task(&f->report, "xenwatch", 'S', PX_ANSWER_YES,
				      "__schedule schedule xenwatch_thread kthread");
	assert_false(px_sign_of_wait(task->state, &task->stack));
	task = px_doctor_fixture_task(&f->report, "xenbus", 'S', PX_ANSWER_YES,
				      "__schedule schedule xenbus_thread kthread");
	assert_false(px_sign_of_wait(task->state, &task->stack));
	task = px_doctor_fixture_task(&f->report, "xenwatch", 'S', PX_ANSWER_YES,
				      "__schedule schedule read_reply xs_talkv xenbus_read "
				      "netback_changed xenwatch_thread kthread");
	assert_true(px_sign_of_wait(task->state, &task->stack));
	task = px_doctor_fixture_task(&f->report, "sh", 'S', PX_ANSWER_YES, "__schedule wait4");
	assert_false(px_sign_of_wait(task->state, &task->stack));
	task->stack.frames[0].user = true;
	task = px_doctor_fixture_task(&f->report, "sh", 'D', PX_ANSWER_YES, "__schedule");
	assert_true(px_sign_of_wait(task->state, &task->stack));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(idle),
		TEST(healthy),
		TEST(no_rings),
		TEST(busy),
		TEST(throttled),
		TEST(unknown),
		TEST(unknown_and_fault),
		TEST(gone),
		TEST(stopped),
		TEST(suspended),
		TEST(many_queues),
		TEST(unread),
		TEST(store_silent),
		TEST(starving),
		TEST(events_masked),
		TEST(locked_up),
		TEST(panic),
		TEST(order),
		TEST(back_end_down),
		TEST(held_console),
		TEST(one_queue),
		TEST(deaf_for_console),
		TEST(passing_vcpu),
		TEST(unikernel_waits),
		TEST(all_wait),
		TEST(tasks),
		TEST(many_tasks),
		TEST(signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
