/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of names, numbers and ranges. */
#include "report/filter.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has_name(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = list;; p++) {
		if (!strncmp(p, name, length) && (p[length] == ',' || !p[length]))
			return true;
		p = strchr(p, ',');
		if (!p)
			return false;
	}
}

/* One "N" or "N-M"; *list moves behind it and its comma. */
static bool next_range(const char **list, uint64_t *first_ret, uint64_t *last_ret)
{
	char *end;

	if (!isdigit((unsigned char)**list))
		return false;
	*first_ret = *last_ret = strtoull(*list, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return false;
		*last_ret = strtoull(end + 1, &end, 10);
	}
	if ((*end && *end != ',') || *first_ret > *last_ret)
		return false;
	*list = *end ? end + 1 : end;
	return true;
}

static bool has_number(const char *list, uint64_t number)
{
	uint64_t first, last;

	while (next_range(&list, &first, &last))
		if (number >= first && number <= last)
			return true;
	return false;
}

static struct px_error *check_numbers(const char *list, const char *option)
{
	uint64_t first, last;
	const char *p = list;

	if (!list)
		return NULL;
	while (next_range(&p, &first, &last))
		continue;
	if (p != list && !*p)
		return NULL;
	return px_error_new(PX_ERR_USAGE, "%s: \"%s\" is no list of numbers such as 0-3,6",
			    option, list);
}

/* Seconds to ns; an empty text is `absent`. */
static bool parse_time(const char *text, size_t length, uint64_t absent, uint64_t *ret)
{
	char *end;
	double seconds;

	*ret = absent;
	if (!length)
		return true;
	seconds = strtod(text, &end);
	if (end != text + length || !(seconds >= 0 && seconds < 1e9))
		return false;
	*ret = (uint64_t)llround(seconds * 1e9);
	return true;
}

static bool parse_times(const char *text, uint64_t *start_ret, uint64_t *end_ret)
{
	const char *comma = strchr(text, ',');
	size_t length = comma ? (size_t)(comma - text) : strlen(text);
	const char *second = comma ? comma + 1 : "";

	return parse_time(text, length, 0, start_ret) &&
	       parse_time(second, strlen(second), UINT64_MAX, end_ret);
}

struct px_error *px_filter_check(const struct px_filter *filter)
{
	uint64_t start, end;
	struct px_error *err = check_numbers(filter->pids, "--pid");

	if (!err)
		err = check_numbers(filter->tids, "--tid");
	if (!err)
		err = check_numbers(filter->cpus, "--cpu");
	if (!err && filter->time && !parse_times(filter->time, &start, &end))
		err = px_error_new(PX_ERR_USAGE, "--time: \"%s\" is not START,END in seconds",
				   filter->time);
	return err;
}

static bool in_time(const char *text, uint64_t time)
{
	uint64_t start, end;

	return parse_times(text, &start, &end) && time >= start && time <= end;
}

bool px_filter_passes(const struct px_filter *f, const struct px_filter_subject *s)
{
	return (!f->comms || has_name(f->comms, s->comm)) &&
	       (!f->events || has_name(f->events, s->event)) &&
	       (!f->pids || has_number(f->pids, s->pid)) &&
	       (!f->tids || has_number(f->tids, s->tid)) &&
	       (!f->cpus || (s->cpu >= 0 && has_number(f->cpus, (uint64_t)s->cpu))) &&
	       (!f->time || in_time(f->time, s->time));
}

bool px_filter_is_open(const struct px_filter *f)
{
	return !f->comms && !f->events && !f->pids && !f->tids && !f->cpus && !f->time;
}
