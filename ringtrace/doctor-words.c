/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How what the doctor saw is called. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest/domain-text.h"
#include "ringtrace/doctor-view.h"

static void px_printf(2, 3) append(char *buffer, const char *format, ...)
{
	size_t used = strlen(buffer);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buffer + used, PX_WORDS_MAX - used, format, arguments);
	va_end(arguments);
}

const char *px_doctor_words_domain(const struct px_doctor_report *report,
				   char buffer[static PX_WORDS_MAX])
{
	const struct px_domain *domain = &report->domain;
	char label[PX_DOMAIN_NAME_MAX];

	snprintf(buffer, PX_WORDS_MAX, "%.100s (domain %u, %s, %u vCPU%s)",
		 px_domain_label(domain, label, sizeof(label)), domain->id,
		 px_guest_type_name(domain->type), domain->online_vcpus,
		 domain->online_vcpus == 1 ? "" : "s");
	if (*report->system)
		append(buffer, ", %s", report->system);
	return buffer;
}

const char *px_doctor_words_looks(const struct px_doctor_report *report,
				  char buffer[static PX_WORDS_MAX])
{
	if (report->rings.reading_count > 1 || report->look_count > 1)
		snprintf(buffer, PX_WORDS_MAX, "two looks, %.1f s apart",
			 (double)report->interval_ns / 1e9);
	else
		snprintf(buffer, PX_WORDS_MAX, "one look only");
	if (!report->look_count)
		append(buffer, "; without stacks");
	return buffer;
}

const char *px_doctor_words_look(const struct px_doctor_look *look,
				 char buffer[static PX_WORDS_MAX])
{
	snprintf(buffer, PX_WORDS_MAX, "%s", px_vcpu_state_name(look->state));
	if (look->state == PX_VCPU_OFFLINE)
		return buffer;
	append(buffer, ", %s mode", look->user_mode ? "user" : "kernel");
	if (look->have_task)
		append(buffer, ", %s %u/%u", look->task.comm, look->task.pid, look->task.tid);
	if (look->upcall_pending == PX_ANSWER_YES)
		append(buffer, ", an event is pending");
	if (look->upcall_masked == PX_ANSWER_YES)
		append(buffer, ", events are masked");
	return buffer;
}

const char *px_doctor_words_progress(const struct px_doctor_vcpu *vcpu,
				     char buffer[static PX_WORDS_MAX])
{
	const struct px_doctor_look *first = &vcpu->looks[0];
	const struct px_doctor_look *last = px_doctor_last_look(vcpu);

	*buffer = '\0';
	if (vcpu->have_progress)
		append(buffer, "%s: %.1f ms of processor time in %.1f ms",
		       px_progress_name(vcpu->progress),
		       (double)(last->cpu_time_ns - first->cpu_time_ns) / 1e6,
		       (double)(last->time_ns - first->time_ns) / 1e6);
	return buffer;
}

static void append_answer(char *buffer, enum px_answer answer, const char *what)
{
	static const char *const before[] = {
		[PX_ANSWER_UNKNOWN] = "unknown if ",
		[PX_ANSWER_NO] = "not ",
		[PX_ANSWER_YES] = "",
	};

	append(buffer, ", %s%s", before[answer], what);
}

const char *px_doctor_words_port(const struct px_ring_port *port,
				 char buffer[static PX_WORDS_MAX])
{
	if (!port->port.known) {
		snprintf(buffer, PX_WORDS_MAX, "unknown");
		return buffer;
	}
	snprintf(buffer, PX_WORDS_MAX, "port %" PRIu64, port->port.value);
	if (port->vcpu.known)
		append(buffer, ", vCPU %" PRIu64, port->vcpu.value);
	if (port->bound == PX_ANSWER_NO)
		append(buffer, ", not bound to the other end");
	if (port->pending == PX_ANSWER_UNKNOWN && port->masked == PX_ANSWER_UNKNOWN)
		append(buffer, ", unknown if pending or masked");
	else {
		append_answer(buffer, port->pending, "pending");
		append_answer(buffer, port->masked, "masked");
	}
	return buffer;
}

const char *px_doctor_words_task(const struct px_doctor_task *task,
				 char buffer[static PX_WORDS_MAX])
{
	snprintf(buffer, PX_WORDS_MAX, "task %u/%u %s, state %c (%s)", task->task.pid,
		 task->task.tid, task->task.comm, task->state,
		 px_linux_task_state_name(task->state));
	if (task->stays == PX_ANSWER_YES)
		append(buffer, ", has not run since the first look");
	if (task->look != PX_TASK_WALKED)
		append(buffer, "; its stack: %s", px_task_look_name(task->look));
	return buffer;
}

const char *px_doctor_words_frame(const struct px_doctor_frame *frame,
				  char buffer[static PX_WORDS_MAX])
{
	if (!frame->function) {
		snprintf(buffer, PX_WORDS_MAX, "[unknown]");
		return buffer;
	}
	snprintf(buffer, PX_WORDS_MAX, "%.160s+0x%" PRIx64, frame->function, frame->offset);
	if (frame->module)
		append(buffer, " [%s]", frame->module);
	return buffer;
}

static const char *state_name(const struct px_doctor_report *report,
			      const struct px_ring_device *device,
			      const enum px_xenbus_state states[static PX_READINGS_MAX])
{
	size_t count = report->rings.reading_count;

	if (device->gone)
		return "gone";
	if (!device->has_states)
		return "-";
	return px_xenbus_state_name(states[count ? count - 1 : 0]);
}

const char *px_doctor_words_front(const struct px_doctor_report *report,
				  const struct px_ring_device *device)
{
	return state_name(report, device, device->front_state);
}

const char *px_doctor_words_back(const struct px_doctor_report *report,
				 const struct px_ring_device *device)
{
	return state_name(report, device, device->back_state);
}
