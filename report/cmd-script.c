/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen script: every sample as text, as `perf script` prints it. */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <string.h>

#include "report/cmd-report.h"
#include "report/input.h"
#include "report/profile.h"
#include "lib/text.h"

struct script_options {
	struct px_input input;
	bool nanoseconds;
};

#define AT(member) PX_OPTION_AT(struct script_options, member)

static const struct px_option table[] = {
	{PX_OPT_GROUP, .help = "output"},
	{PX_OPT_FLAG, 0, "ns", NULL, "times to the nanosecond", AT(nanoseconds)},
	PX_INPUT_OPTIONS(struct script_options, input),
	{PX_OPT_END},
};

struct script {
	struct px_session *session;
	const struct script_options *options;
	const struct px_perf_event *events;
	size_t event_count;
	int event_width; /* of the longest event name */
	FILE *out;
};

static struct px_error *parse(int argc, char **argv, struct script_options *options,
			      bool *help_ret)
{
	struct px_arguments arguments = {0};
	struct px_error *err =
		px_options_parse(table, argc, argv, options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.argc > 1)
		return px_error_new(PX_ERR_USAGE, "more than one file");
	if (arguments.argc)
		options->input.path = arguments.argv[0];
	return NULL;
}

static bool has_chain(const struct px_perf_event *event)
{
	return event->sample_type & PERF_SAMPLE_CALLCHAIN;
}

/* "comm  tid [cpu]  time:  period event: " */
static void print_head(const struct script *s, const struct px_perf_record *sample,
		       const char *comm)
{
	const struct px_perf_event *event = &s->events[sample->event];
	uint64_t time = sample->origin.time;

	if (!has_chain(event))
		fprintf(s->out, "%*s", px_max(16 - (int)strlen(comm), 0), "");
	px_text_plain(comm, s->out);
	if (event->sample_type & PERF_SAMPLE_TID)
		fprintf(s->out, " %5" PRId32, (int32_t)sample->origin.tid);
	if (event->sample_type & PERF_SAMPLE_CPU)
		fprintf(s->out, " [%03" PRIu32 "]", sample->origin.cpu);
	if (event->sample_type & PERF_SAMPLE_TIME) {
		if (s->options->nanoseconds)
			fprintf(s->out, " %5" PRIu64 ".%09" PRIu64 ":", time / 1000000000,
				time % 1000000000);
		else
			fprintf(s->out, " %5" PRIu64 ".%06" PRIu64 ":", time / 1000000000,
				time % 1000000000 / 1000);
	}
	if (event->sample_type & PERF_SAMPLE_PERIOD)
		fprintf(s->out, " %10" PRIu64, sample->sample.period);
	fprintf(s->out, " %*s", px_max(s->event_width - (int)strlen(event->name), 0), "");
	px_text_plain(event->name, s->out);
	fputs(": ", s->out);
}

/* "ip name+offset (object)" */
static struct px_error *print_frame(const struct script *s, uint64_t ip,
				    const struct px_spot *spot)
{
	struct px_place place;
	struct px_error *err = px_session_place(s->session, spot, &place);

	if (err)
		return err;
	fprintf(s->out, "%16" PRIx64 " ", ip);
	px_text_plain(place.name, s->out);
	if (place.known)
		fprintf(s->out, "+0x%" PRIx64, place.offset);
	fputs(" (", s->out);
	px_text_plain(place.module, s->out);
	fputs(")\n", s->out);
	return NULL;
}

static struct px_error *print_stack(const struct script *s, const struct px_perf_record *sample,
				    uint32_t thread)
{
	const struct px_spot *stack = NULL;
	size_t count = 0, most = s->options->input.build.max_stack;
	struct px_error *err = px_session_stack(s->session, sample, thread, &stack, &count);

	if (err)
		return err;
	if (!has_chain(&s->events[sample->event])) {
		fputc(' ', s->out);
		return print_frame(s, stack[0].ip, &stack[0]);
	}
	fputc('\n', s->out);
	for (size_t i = 0; i < count && (!most || i < most) && !err; i++) {
		fputc('\t', s->out);
		/* perf shows the addresses of programs as they are in their files. */
		err = print_frame(s, stack[i].kernel ? stack[i].ip : stack[i].address,
				  &stack[i]);
	}
	fputc('\n', s->out);
	return err;
}

static struct px_error *print_sample(const struct script *s,
				     const struct px_perf_record *sample, uint32_t thread)
{
	const struct px_tasks *tasks = px_session_tasks(s->session);
	const struct px_filter_subject subject = {
		.comm = tasks->strings.text[tasks->threads[thread].comm],
		.event = s->events[sample->event].name,
		.pid = sample->origin.pid,
		.tid = sample->origin.tid,
		.cpu = px_build_sample_cpu(&s->events[sample->event], sample),
		.time = sample->origin.time,
	};

	if (!px_filter_passes(&s->options->input.build.filter, &subject))
		return NULL;
	print_head(s, sample, subject.comm);
	return print_stack(s, sample, thread);
}

static struct px_error *print(struct script *s)
{
	for (;;) {
		struct px_perf_record sample;
		uint32_t thread = 0;
		bool more = false;
		struct px_error *err = px_session_next(s->session, &more, &sample, &thread);

		if (!err && more && sample.event < s->event_count)
			err = print_sample(s, &sample, thread);
		if (err || !more || ferror(s->out))
			return err;
	}
}

static struct px_error *work(struct script_options *options, int *status_ret)
{
	px_cleanup(px_session_closep) struct px_session *session = NULL;
	struct px_error *err = px_input_prepare(&options->input);
	struct script s = {.options = options, .out = stdout};
	const struct px_perf_reader *reader;

	if (!err)
		err = px_input_open(&options->input, &session);
	if (err)
		return err;
	s.session = session;
	reader = px_session_reader(session);
	s.events = px_perf_reader_events(reader, &s.event_count);
	for (size_t i = 0; i < s.event_count; i++)
		s.event_width = px_max(s.event_width, (int)strlen(s.events[i].name));
	err = print(&s);
	if (!err)
		*status_ret = px_input_judge(&options->input, px_perf_reader_cut(reader),
					     px_perf_reader_malformed(reader));
	return err;
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct script_options options = {0};
	struct px_error *err;

	px_input_init(&options.input);
	err = parse(argc, argv, &options, help_ret);
	if (!err && !*help_ret)
		err = work(&options, status_ret);
	px_input_fini(&options.input);
	return err;
}

const struct px_command px_command_script = {
	.name = "script",
	.usage = "[OPTIONS] [FILE]",
	.summary = "print every sample of a perf.data file as text",
	.options = table,
	.run = run,
};
