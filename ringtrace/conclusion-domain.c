/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about the domain and its vCPUs as a whole: a table, as that of the rings. */
#include "ringtrace/conclusion-parts.h"

#include <stdio.h>
#include <string.h>

#include "ringtrace/signs.h"

/* Some of what does nothing for less is only scheduled badly. */
static const uint64_t starving_ns = 500000000;

struct domain_rule {
	const char *id, *name;
	enum px_finding_level level;
	enum px_health health;
	const char *who, *meaning, *advice;
	/** Whether it holds; what was seen goes to evidence, which has PX_EVIDENCE_MAX bytes.
	 */
	bool (*test)(const struct px_doctor_report *report, char *evidence);
};

/* --- the domain -----------------------------------------------------------------------------
 */

static bool is_dissolved(const struct px_doctor_report *report, char *evidence)
{
	size_t rings = 0;

	for (size_t i = 0; i < report->verdict_count; i++)
		rings += report->verdicts[i].ring != NULL;
	snprintf(evidence, PX_EVIDENCE_MAX, "%zu of its rings had been read by then", rings);
	return report->dissolved;
}

static bool is_dying(const struct px_doctor_report *report, char *evidence)
{
	snprintf(evidence, PX_EVIDENCE_MAX, "Xen calls domain %u dying", report->domain.id);
	return report->domain.dying && !report->dissolved;
}

static bool is_shut_down(const struct px_doctor_report *report, char *evidence)
{
	const struct px_domain *domain = &report->domain;

	snprintf(evidence, PX_EVIDENCE_MAX, "domain %u has shut down%s", domain->id,
		 domain->rebooting ? " to be started again" : "");
	return domain->shutdown && !domain->crashed && !domain->suspended && !domain->dying;
}

/* How far who saves or migrates it has come is not seen. */
static bool is_suspended(const struct px_doctor_report *report, char *evidence)
{
	const struct px_domain *domain = &report->domain;

	snprintf(evidence, PX_EVIDENCE_MAX, "domain %u has suspended itself", domain->id);
	return domain->suspended && !domain->crashed && !domain->dying;
}

static bool is_paused(const struct px_doctor_report *report, char *evidence)
{
	const struct px_domain *domain = &report->domain;

	snprintf(evidence, PX_EVIDENCE_MAX, "Xen calls domain %u paused", domain->id);
	return domain->paused && !domain->shutdown && !domain->dying;
}

static bool has_no_store(const struct px_doctor_report *report, char *evidence)
{
	snprintf(evidence, PX_EVIDENCE_MAX,
		 "xenstored was asked, and did not answer for seconds");
	return report->store_silent;
}

static bool has_unread_rings(const struct px_doctor_report *report, char *evidence)
{
	snprintf(evidence, PX_EVIDENCE_MAX, "no reading of its rings succeeded");
	return !report->rings.reading_count && !report->store_silent && !report->domain.dying &&
	       !report->dissolved;
}

/* --- vCPUs ----------------------------------------------------------------------------------
 */

/* "vCPU 0, 1" of those that test says yes to; false when none. */
static bool list_vcpus(const struct px_doctor_report *report,
		       bool (*test)(const struct px_doctor_vcpu *vcpu), const char *what,
		       char *evidence)
{
	size_t used = 0, count = 0;

	for (size_t i = 0; i < report->vcpu_count && used < PX_EVIDENCE_MAX - 100; i++) {
		if (!test(&report->vcpus[i]))
			continue;
		used += (size_t)snprintf(evidence + used, PX_EVIDENCE_MAX - used, "%s%u",
					 count++ ? ", " : "vCPU ", report->vcpus[i].id);
	}
	if (count)
		snprintf(evidence + used, PX_EVIDENCE_MAX - used, " %s", what);
	return count > 0;
}

static bool shows(const struct px_doctor_vcpu *vcpu, enum px_sign_class class)
{
	const struct px_doctor_look *look = px_doctor_last_look(vcpu);
	struct px_sign_seen seen;

	return look && px_sign_find(&look->stack, &seen) && seen.sign->class == class;
}

/* panic() and who called it; another sign may be deeper in: what panic() calls. */
static const struct px_doctor_frame *find_panic(const struct px_doctor_vcpu *vcpu,
						const struct px_doctor_frame **caller_ret)
{
	const struct px_doctor_look *look = px_doctor_last_look(vcpu);

	for (size_t i = 0; look && i < look->stack.count; i++) {
		const struct px_doctor_frame *frame = &look->stack.frames[i];

		if (!frame->function || frame->user || strcmp(frame->function, "panic") != 0)
			continue;
		*caller_ret = i + 1 < look->stack.count ? frame + 1 : NULL;
		return frame;
	}
	return NULL;
}

/* "vCPU 0 is in panic(), called by sysrq_handle_crash" */
static bool say_panic(const struct px_doctor_report *report, char *text, size_t size)
{
	const struct px_doctor_frame *caller = NULL;

	for (size_t i = 0; i < report->vcpu_count; i++) {
		if (!find_panic(&report->vcpus[i], &caller))
			continue;
		snprintf(text, size, "vCPU %u is in panic()%s%.100s", report->vcpus[i].id,
			 caller && caller->function ? ", called by " : "",
			 caller && caller->function ? caller->function : "");
		return true;
	}
	return false;
}

/* Xen is told of a panic with the reason "crash". */
static bool has_panicked(const struct px_doctor_report *report, char *evidence)
{
	return !report->domain.shutdown && !report->domain.dying &&
	       say_panic(report, evidence, PX_EVIDENCE_MAX);
}

static bool is_crashed(const struct px_doctor_report *report, char *evidence)
{
	char panic[200] = "";
	bool panicked = say_panic(report, panic, sizeof(panic));

	snprintf(evidence, PX_EVIDENCE_MAX,
		 "Xen has shut domain %u down for the reason \"crash\"%s%s", report->domain.id,
		 panicked ? "; " : "", panic);
	return report->domain.crashed && !report->domain.dying;
}

static bool starves(const struct px_doctor_vcpu *vcpu)
{
	return vcpu->have_progress && vcpu->progress == PX_PROGRESS_STARVES;
}

static bool has_no_processor(const struct px_doctor_report *report, char *evidence)
{
	char what[100];

	snprintf(what, sizeof(what), "wanted a processor for %.1f s and got none",
		 (double)report->interval_ns / 1e9);
	return report->interval_ns >= starving_ns && !report->domain.paused &&
	       !report->domain.shutdown && !report->dissolved &&
	       list_vcpus(report, starves, what, evidence);
}

/* A guest that works may be caught with events off each time. */
static bool has_moving_ring(const struct px_doctor_report *report)
{
	for (size_t i = 0; i < report->verdict_count; i++)
		if (report->verdicts[i].health == PX_HEALTH_PROGRESS)
			return true;
	return false;
}

static bool is_deaf(const struct px_doctor_vcpu *vcpu)
{
	for (size_t i = 0; i < vcpu->look_count; i++)
		if (vcpu->looks[i].upcall_pending != PX_ANSWER_YES ||
		    vcpu->looks[i].upcall_masked != PX_ANSWER_YES)
			return false;
	return vcpu->look_count == PX_DOCTOR_LOOKS && vcpu->have_progress &&
	       (vcpu->progress == PX_PROGRESS_WAITS || vcpu->progress == PX_PROGRESS_SPINS);
}

static bool has_deaf(const struct px_doctor_report *report, char *evidence)
{
	return !has_moving_ring(report) &&
	       list_vcpus(report, is_deaf,
			  "had an event pending and all events masked both times", evidence);
}

static bool waits_for_lock(const struct px_doctor_vcpu *vcpu)
{
	return vcpu->have_progress && vcpu->progress == PX_PROGRESS_SPINS &&
	       shows(vcpu, PX_SIGN_LOCK);
}

/* Somebody who works holds it, unless all wait. */
static bool is_locked_up(const struct px_doctor_report *report, char *evidence)
{
	size_t online = 0, waiting = 0;

	for (size_t i = 0; i < report->vcpu_count; i++) {
		const struct px_doctor_look *look = px_doctor_last_look(&report->vcpus[i]);

		online += look && look->state != PX_VCPU_OFFLINE;
		waiting += waits_for_lock(&report->vcpus[i]);
	}
	return waiting && waiting == online &&
	       list_vcpus(report, waits_for_lock, "spins for a lock both times", evidence);
}

/* Of the same level the first is what to act on. */
static const struct domain_rule rules[] = {
	{"domain-gone", "went away while it was looked at", PX_LEVEL_DOMAIN, PX_HEALTH_UNKNOWN,
	 "nobody",
	 "It was destroyed, or shut down and was cleaned up. What follows is what was seen before.",
	 "See `xl list` for a successor with the same name, and /var/log/xen/xl-NAME.log.",
	 is_dissolved},
	{"domain-dying", "is being destroyed", PX_LEVEL_DOMAIN, PX_HEALTH_FAULT,
	 "the back ends that still use its memory",
	 "Nothing in it runs any more. It stays as long as somebody has pages of it mapped.",
	 "`xl list` again. Where it stays: the back ends of its devices (the kernel of dom0, "
	 "qemu, a driver domain) hold grants; `xl debug-keys g` and `xl dmesg` name them.",
	 is_dying},
	{"domain-crashed", "has crashed", PX_LEVEL_DOMAIN, PX_HEALTH_FAULT,
	 "who looks after the guest's kernel",
	 "The guest told Xen that it crashed, or Xen ended it. Nothing in it runs; its rings "
	 "stand still for that reason.",
	 "Read the end of its console (`xl console`, /var/log/xen/console/) and `xl dmesg`. "
	 "`perf xen stacks DOM` shows where it was; `xl dump-core DOM FILE` keeps it, then "
	 "`xl destroy DOM` and start it again.",
	 is_crashed},
	{"domain-shutdown", "has shut down", PX_LEVEL_DOMAIN, PX_HEALTH_FAULT, "the toolstack",
	 "Nothing in it runs any more, and the toolstack has not taken it down.",
	 "It may be so for a moment: look again. Else on_poweroff or on_reboot of its "
	 "configuration is \"preserve\", or its xl process is gone: `xl destroy DOM`.",
	 is_shut_down},
	{"domain-suspended", "is suspended", PX_LEVEL_DOMAIN, PX_HEALTH_UNKNOWN,
	 "the toolstack",
	 "It waits to be saved or migrated, with its memory still here. Whether that goes on or "
	 "has failed cannot be seen from the domain.",
	 "Does an xl save, xl migrate or a libxl-save-helper run (`ps ax`)? Let it end. Else it "
	 "was left so: `xl destroy DOM`, and start it again or restore it.",
	 is_suspended},
	{"domain-paused", "is paused", PX_LEVEL_DOMAIN, PX_HEALTH_FAULT, "who paused it",
	 "Xen gives it no processor until it is unpaused. Its rings stand still for that reason.",
	 "`xl unpause DOM`, unless a save, a migration, a debugger or another tool is at work "
	 "on it.",
	 is_paused},
	{"kernel-panic", "has panicked", PX_LEVEL_DOMAIN, PX_HEALTH_FAULT,
	 "who looks after the guest's kernel",
	 "The guest's kernel has given up and loops for ever. Xen does not know it.",
	 "Read the end of its console for the reason. `perf xen stacks DOM` shows the way into "
	 "the panic; `xl dump-core DOM FILE` keeps it, then `xl destroy DOM`.",
	 has_panicked},
	{"store-silent", "has a xenstored that does not answer", PX_LEVEL_STORE,
	 PX_HEALTH_FAULT, "the host: xenstored",
	 "xenstored hangs, or its domain does not run. No device connects or goes away, and xl "
	 "hangs with it. What rings the domain has cannot be found out.",
	 "Does it run, is it stopped, does it spin? `ps ax | grep xenstored`, `systemctl status "
	 "xenstored`, /var/log/xen/. It cannot be started again without loss: its state is in its "
	 "memory.",
	 has_no_store},
	{"rings-unread", "has rings that could not be read", PX_LEVEL_STORE, PX_HEALTH_UNKNOWN,
	 "nobody", "Without them nothing can be said of its devices.",
	 "What is not seen says why.", has_unread_rings},
	{"no-processor", "gets no processor", PX_LEVEL_KERNEL, PX_HEALTH_FAULT, "the host",
	 "Xen's scheduler gives the vCPU no time, so that nothing moves that waits for it.",
	 "`xl vcpu-list` for pinning, `xl sched-credit2` for cap and weight, `xl top` for who "
	 "has the processors.",
	 has_no_processor},
	{"events-masked", "takes no events", PX_LEVEL_KERNEL, PX_HEALTH_FAULT,
	 "the guest's kernel",
	 "The vCPU has switched events off and does not switch them on again: what comes from "
	 "any back end is not seen.",
	 "Its stack says where: `perf xen stacks --twice DOM`. Interrupts were left disabled "
	 "there, or what is waited for needs one.",
	 has_deaf},
	{"locked-up", "spins for locks on all its vCPUs", PX_LEVEL_KERNEL, PX_HEALTH_FAULT,
	 "the guest's kernel", "No vCPU is left that could release what the others wait for.",
	 "`perf xen stacks DOM` shows which locks: one of these paths was entered while its "
	 "lock was held. `xl dump-core DOM FILE` keeps it.",
	 is_locked_up},
};

/* Its DOM is this domain, so that commands can be copied. */
static void fill_advice(const char *advice, const struct px_domain *domain,
			char ret[static PX_ADVICE_TEXT])
{
	char name[PX_DOMAIN_NAME_MAX];
	size_t used = 0;

	snprintf(name, sizeof(name), "%u", domain->id);
	while (*advice && used < PX_ADVICE_TEXT - 1) {
		if (strncmp(advice, "DOM", 3) != 0) {
			ret[used++] = *advice++;
			continue;
		}
		used += (size_t)snprintf(ret + used, PX_ADVICE_TEXT - used, "%s",
					 *domain->name ? domain->name : name);
		used = px_min(used, (size_t)PX_ADVICE_TEXT - 1);
		advice += 3;
	}
	ret[used] = '\0';
}

struct px_error *px_conclude_domain(const struct px_doctor_report *report,
				    struct px_conclusion *conclusion)
{
	for (size_t i = 0; i < px_array_size(rules); i++) {
		const struct domain_rule *rule = &rules[i];
		char evidence[PX_EVIDENCE_MAX] = "";
		struct px_finding *finding;
		struct px_error *err;

		if (!rule->test(report, evidence))
			continue;
		err = px_conclusion_add(conclusion, &finding);
		if (err)
			return err;
		*finding = (struct px_finding){
			.level = rule->level,
			.health = rule->health,
			.where = "the domain",
			.id = rule->id,
			.name = rule->name,
			.who = rule->who,
			.meaning = rule->meaning,
		};
		fill_advice(rule->advice, &report->domain, finding->advice);
		memcpy(finding->evidence, evidence, sizeof(evidence));
	}
	return NULL;
}
