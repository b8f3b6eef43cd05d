/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reader must know to judge a profile, from the counts and the recorder's summary. */
#include "report/figures.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/text.h"

/* Below these shares a profile is still right, but no longer for rare things. */
static const double complete_enough = 0.999;
static const double fast_enough = 0.95;

struct list {
	const struct px_trust *trust;
	struct px_figure *figures;
	size_t count;
};

static void px_printf(4, 5)
	add(struct list *list, const char *label, enum px_mood mood, const char *fmt, ...)
{
	struct px_figure *figure = &list->figures[list->count++];
	va_list ap;

	figure->label = label;
	figure->mood = mood;
	va_start(ap, fmt);
	vsnprintf(figure->value, sizeof(figure->value), fmt, ap);
	va_end(ap);
}

/* A number of the summary; below 0 where there is none. */
static double number(const struct px_trust *trust, const char *key)
{
	const char *value = px_trust_value(trust, key);
	char *end;
	double v;

	if (!value)
		return -1;
	v = strtod(value, &end);
	return end == value || !(v >= 0) ? -1 : v;
}

static void add_samples(struct list *list)
{
	const struct px_trust *t = list->trust;
	char shown[PX_TEXT_NUMBER], all[PX_TEXT_NUMBER];

	px_text_count(t->samples, shown);
	if (t->filtered)
		add(list, "samples", PX_MOOD_PLAIN, "%s of %s", shown,
		    px_text_count(t->samples + t->filtered, all));
	else
		add(list, "samples", PX_MOOD_PLAIN, "%s", shown);
	if (t->samples > 1)
		add(list, "time span", PX_MOOD_PLAIN, "%s",
		    px_text_time(t->last_time - t->first_time, all));
}

static void add_rate(struct list *list)
{
	double wanted = number(list->trust, "rate-asked-hz");
	double achieved = number(list->trust, "rate-achieved-hz");

	if (wanted > 0 && achieved >= 0)
		add(list, "rate",
		    achieved >= fast_enough * wanted ? PX_MOOD_GOOD : PX_MOOD_WARN,
		    "%.1f of %.0f Hz", achieved, wanted);
}

static void add_missed(struct list *list)
{
	double missed = number(list->trust, "ticks-missed");
	char text[PX_TEXT_NUMBER];

	if (missed >= 0)
		add(list, "missed ticks", missed > 0 ? PX_MOOD_WARN : PX_MOOD_GOOD, "%s",
		    px_text_count((uint64_t)missed, text));
}

static void add_pause(struct list *list)
{
	double p50 = number(list->trust, "pause-p50-ns");
	double p99 = number(list->trust, "pause-p99-ns");
	double max = number(list->trust, "pause-max-ns");
	char a[PX_TEXT_NUMBER], b[PX_TEXT_NUMBER], c[PX_TEXT_NUMBER];

	if (p50 >= 0 && p99 >= 0 && max >= 0)
		add(list, "guest paused", PX_MOOD_PLAIN, "%s median, %s p99, %s longest",
		    px_text_time((uint64_t)p50, a), px_text_time((uint64_t)p99, b),
		    px_text_time((uint64_t)max, c));
}

/* Where stacks go on in programs, the recorder tells the two parts apart: programs whose files
 * were not at hand are no reason to distrust the kernel's part. */
static void add_complete(struct list *list)
{
	double kernel = number(list->trust, "stacks-complete-percent");
	double user = number(list->trust, "user-stacks-complete-percent");
	double complete = user >= 0 ? kernel / 100 : px_trust_complete(list->trust);

	if (complete >= 0)
		add(list, "complete stacks",
		    complete >= complete_enough ? PX_MOOD_GOOD : PX_MOOD_WARN, "%.2f %%",
		    100 * complete);
	if (user >= 0)
		add(list, "complete in programs", PX_MOOD_PLAIN, "%.2f %%", user);
}

static void add_damage(struct list *list)
{
	const struct px_trust *t = list->trust;
	char text[PX_TEXT_NUMBER];

	add(list, "lost samples", t->lost ? PX_MOOD_WARN : PX_MOOD_GOOD, "%s",
	    px_text_count(t->lost, text));
	if (t->malformed)
		add(list, "unreadable records", PX_MOOD_WARN, "%s",
		    px_text_count(t->malformed, text));
	if (t->cut)
		add(list, "file", PX_MOOD_WARN, "ends in the middle of the recording");
}

size_t px_figures(const struct px_trust *trust, struct px_figure figures[static PX_FIGURES])
{
	struct list list = {.trust = trust, .figures = figures};

	add_samples(&list);
	add_rate(&list);
	add_missed(&list);
	add_pause(&list);
	add_complete(&list);
	add_damage(&list);
	return list.count;
}
