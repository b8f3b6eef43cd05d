/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the doctor finds in a domain, as plain data: two looks at its vCPUs, readings of all its
 * rings and what the rules say of them, the tasks that wait in its drivers. conclusion.h draws
 * the conclusion; doctor-view.h shows both.
 *
 * Texts from the guest (names of tasks, functions, modules) are hostile until they are written.
 */
#ifndef PX_RINGTRACE_DOCTOR_H
#define PX_RINGTRACE_DOCTOR_H

#include "guest/snapshot.h"
#include "ringtrace/verdict.h"

enum {
	PX_DOCTOR_LOOKS = 2,
	PX_DOCTOR_TASKS_MAX = 32,  /* more that wait are counted */
	PX_DOCTOR_FRAMES_MAX = 48, /* of a stack; more are counted */
};

struct px_doctor_frame {
	uint64_t address;
	char *function;	 /* as in the source; NULL: it has no name */
	uint64_t offset; /* into the function */
	char *module;	 /* NULL: the kernel itself, or a program */
	bool user;	 /* of a program */
};

/** Zero-initialise. The innermost frame is the first. */
struct px_doctor_stack {
	struct px_doctor_frame *frames;
	size_t count, capacity;
	size_t left_out;
	enum px_end_reason end;
};

/** A vCPU at one instant. */
struct px_doctor_look {
	enum px_vcpu_state state;
	bool user_mode;
	uint64_t time_ns, cpu_time_ns;
	bool have_task;
	struct px_task task;
	struct px_doctor_stack
		stack; /* empty: it was offline, or nothing is known of its code */
	/* Of the vCPU's word in shared memory; unknown where that could not be read. */
	enum px_answer upcall_pending, upcall_masked;
};

struct px_doctor_vcpu {
	uint32_t id;
	struct px_doctor_look looks[PX_DOCTOR_LOOKS];
	size_t look_count;
	bool have_progress;
	enum px_progress progress;
};

/** A task of a Linux guest that waits, and not for work. */
struct px_doctor_task {
	struct px_task task;
	char state;	      /* as ps shows it */
	enum px_answer stays; /* it has not run since the first look */
	enum px_task_look look;
	struct px_doctor_stack stack;
};

/** What the rules say first of one ring, or of a device as a whole. */
struct px_doctor_verdict {
	const struct px_ring_device *device;
	const struct px_ring *ring; /* NULL: the device */
	enum px_health health;
	unsigned int missing;	    /* as in struct px_verdicts */
	const struct px_rule *rule; /* NULL: there is nothing to say */
	char evidence[PX_EVIDENCE_MAX];
};

/** Zero-initialise. Owns everything in it. */
struct px_doctor_report {
	struct px_domain domain;
	char system[160]; /* "Linux 6.1.0-56-amd64", the path of a unikernel; "": not known */
	uint64_t interval_ns; /* between the two looks */
	size_t look_count;    /* that were taken; 0: no stacks */
	bool store_silent;    /* xenstored did not answer: the rings are not known */
	bool dissolved; /* the domain went away meanwhile: the rest is what was seen till then
			 */
	struct px_rings rings;
	struct px_doctor_verdict *verdicts; /* by device; its own before those of its rings */
	size_t verdict_count, verdict_capacity;
	struct px_doctor_vcpu *vcpus; /* by id */
	size_t vcpu_count, vcpu_capacity;
	bool have_tasks;
	size_t task_total; /* of the guest */
	struct px_doctor_task *tasks;
	size_t task_count, task_capacity;
	size_t tasks_left_out; /* beyond PX_DOCTOR_TASKS_MAX */
	char **lacks;	       /* what could not be looked at and why, a line each */
	size_t lack_count, lack_capacity;
};

void px_doctor_report_fini(struct px_doctor_report *report);

/** Add one at the end; *ret is valid until the next is added. */
px_must_check struct px_error *px_doctor_add_vcpu(struct px_doctor_report *report, uint32_t id,
						  struct px_doctor_vcpu **ret);
px_must_check struct px_error *px_doctor_add_task(struct px_doctor_report *report,
						  struct px_doctor_task **ret);

/**
 * Add a frame to a stack. function and module are copied and may be NULL. Beyond
 * PX_DOCTOR_FRAMES_MAX it is only counted.
 */
px_must_check struct px_error *px_doctor_stack_add(struct px_doctor_stack *stack,
						   const struct px_doctor_frame *frame);
void px_doctor_stack_fini(struct px_doctor_stack *stack);

/** Note what could not be looked at; one line, once. */
px_must_check struct px_error *px_doctor_lack(struct px_doctor_report *report,
					      const char *format, ...) px_printf(2, 3);

/** Fill in verdicts: what the rules say of report->rings. */
px_must_check struct px_error *px_doctor_judge(struct px_doctor_report *report);

/** The last look at a vCPU, NULL when there was none. */
const struct px_doctor_look *px_doctor_last_look(const struct px_doctor_vcpu *vcpu);

/** The innermost frame that has a name and is none of Linux's scheduler; NULL where there is
 * none. */
const struct px_doctor_frame *px_doctor_innermost(const struct px_doctor_stack *stack);

#endif
