/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The conclusion on a terminal, for a person who was woken at night. */
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "ringtrace/doctor-evidence.h"
#include "ringtrace/doctor-view.h"

enum {
	WIDTH = 92,  /* columns */
	MARGIN = 15, /* of texts that have a label */
	WORD = 128,
};

/* Lines of each text, and how many of them. */
struct limits {
	unsigned int headline, advice, meaning, evidence, seen, note;
	size_t seen_count, others, notes, lacks;
};

static const struct limits ample = {2, 6, 4, 5, 2, 3, PX_FINDING_SEEN_MAX, 4, 2, 2};

/* With these everything fits on the first screen, whatever there is. */
static const struct limits tight = {1, 4, 3, 3, 1, 1, 2, 2, 1, 1};

struct screen {
	const struct px_doctor_report *report;
	const struct px_conclusion *conclusion;
	const struct px_doctor_style *style;
	const struct limits *limits;
	FILE *out;
};

/* --- wrapping -------------------------------------------------------------------------------
 */

struct wrap {
	FILE *out;
	size_t margin, column;
	unsigned int lines, limit; /* a text that needs more is cut, with "..." */
};

/* The next word of text, and what follows it. */
static const char *take_word(const char *text, char word[static WORD])
{
	size_t length = strcspn(text, " \n");

	if (length > WORD - 1)
		length = WORD - 1;
	memcpy(word, text, length);
	word[length] = '\0';
	return text + length + strspn(text + length, " \n");
}

static bool put_word(struct wrap *wrap, const char *word)
{
	size_t length = strlen(word);

	if (wrap->column > wrap->margin && wrap->column + 1 + length > WIDTH) {
		if (wrap->lines == wrap->limit) {
			fputs(" ...", wrap->out);
			return false;
		}
		fprintf(wrap->out, "\n%*s", (int)wrap->margin, "");
		wrap->column = wrap->margin;
		wrap->lines++;
	} else if (wrap->column > wrap->margin) {
		putc(' ', wrap->out);
		wrap->column++;
	}
	px_text_plain(word, wrap->out);
	wrap->column += length;
	return true;
}

static void print_bold(const struct screen *screen, const char *text)
{
	if (screen->style->colour)
		fprintf(screen->out, "\033[1m%-*s\033[0m", MARGIN, text);
	else
		fprintf(screen->out, "%-*s", MARGIN, text);
}

static void put_text(struct wrap wrap, const char *text)
{
	char word[WORD];

	wrap.column = wrap.margin;
	wrap.lines = 1;
	while (*text) {
		text = take_word(text, word);
		if (!put_word(&wrap, word))
			break;
	}
}

/* A label and a text beside it, in at most limit lines. */
static void print_text(const struct screen *screen, const char *label, const char *text,
		       unsigned int limit)
{
	if (!*text)
		return;
	print_bold(screen, label);
	put_text((struct wrap){.out = screen->out, .margin = MARGIN, .limit = limit}, text);
	putc('\n', screen->out);
}

/* --- the parts of the first screen ----------------------------------------------------------
 */

static const char *colour_of(enum px_health health)
{
	switch (health) {
	case PX_HEALTH_FAULT:
		return "\033[1;31m";
	case PX_HEALTH_UNKNOWN:
	case PX_HEALTH_WAITS:
		return "\033[1;33m";
	default:
		return "\033[1;32m";
	}
}

static void print_headline(const struct screen *screen)
{
	const struct px_conclusion *conclusion = screen->conclusion;
	struct wrap wrap = {.out = screen->out, .limit = screen->limits->headline};

	if (screen->style->colour)
		fputs(colour_of(conclusion->health), screen->out);
	if (conclusion->health == PX_HEALTH_FAULT)
		fputs("FAULT: ", screen->out);
	put_text(wrap, conclusion->headline);
	fputs(screen->style->colour ? "\033[0m\n" : "\n", screen->out);
}

static void print_seen(const struct screen *screen, const struct px_finding *finding)
{
	size_t all = finding->seen_count + finding->seen_left_out;
	size_t shown = px_min(finding->seen_count, screen->limits->seen_count);
	char rest[64];

	for (size_t i = 0; i < shown; i++)
		print_text(screen, "", finding->seen[i], screen->limits->seen);
	if (all == shown)
		return;
	snprintf(rest, sizeof(rest), "and %zu more", all - shown);
	print_text(screen, "", rest, 1);
}

static void print_finding(const struct screen *screen, const struct px_finding *finding)
{
	const struct limits *limits = screen->limits;
	bool act = finding->health != PX_HEALTH_WAITS;

	if (finding->health == PX_HEALTH_FAULT)
		print_text(screen, "Who must act", finding->who, 1);
	print_text(screen, act ? "Try first" : "To change it", finding->advice, limits->advice);
	print_text(screen, "What it means", finding->meaning, limits->meaning);
	print_text(screen, "What was seen", finding->evidence, limits->evidence);
	print_seen(screen, finding);
}

/* "vif 0 tx: FAULT, lost kick: the guest's driver"; "console in: unknown" */
static void describe(const struct px_finding *finding, char line[static PX_WORDS_MAX])
{
	const char *health = px_health_name(finding->health);
	bool fault = finding->health == PX_HEALTH_FAULT;
	bool known = strcmp(health, finding->name) != 0;

	snprintf(line, PX_WORDS_MAX, "%s: %s%s%s%s%s", finding->where, health,
		 known ? ", " : "", known ? finding->name : "", fault ? ": " : "",
		 fault ? finding->who : "");
}

/* What follows from others goes away with them. */
static void print_others(const struct screen *screen)
{
	const struct px_conclusion *conclusion = screen->conclusion;
	char line[PX_WORDS_MAX];
	size_t shown = 0, follow = 0, more = conclusion->left_out;

	for (size_t i = 1; i < conclusion->count; i++) {
		const struct px_finding *finding = &conclusion->findings[i];

		if (finding->consequence || shown == screen->limits->others) {
			follow += finding->consequence;
			more += !finding->consequence;
			continue;
		}
		describe(finding, line);
		print_text(screen, shown++ ? "" : "Also", line, 1);
	}
	if (more) {
		snprintf(line, sizeof(line), "and %zu more, below", more);
		print_text(screen, "", line, 1);
	}
	if (follow) {
		snprintf(line, sizeof(line), "%zu more, below, %s from what is above", follow,
			 follow == 1 ? "follows" : "follow");
		print_text(screen, shown ? "" : "Also", line, 1);
	}
}

static void print_notes(const struct screen *screen)
{
	const struct px_conclusion *conclusion = screen->conclusion;
	const struct px_doctor_report *report = screen->report;
	const struct limits *limits = screen->limits;

	for (size_t i = 0; i < px_min(conclusion->note_count, limits->notes); i++)
		print_text(screen, i ? "" : "Note", conclusion->notes[i], limits->note);
	for (size_t i = 0; i < px_min(report->lack_count, limits->lacks); i++)
		print_text(screen, i ? "" : "Not seen", report->lacks[i], limits->note);
}

static void print_screen(const struct screen *screen)
{
	const struct px_doctor_report *report = screen->report;
	const struct px_conclusion *conclusion = screen->conclusion;
	const struct px_finding *first = px_conclusion_first(conclusion);
	char words[PX_WORDS_MAX];

	px_text_plain(px_doctor_words_domain(report, words), screen->out);
	fprintf(screen->out, "; %s\n\n", px_doctor_words_looks(report, words));
	print_headline(screen);
	if (first || conclusion->note_count || report->lack_count)
		putc('\n', screen->out);
	if (first)
		print_finding(screen, first);
	print_others(screen);
	print_notes(screen);
}

/* How many lines it takes; too many where memory is short. */
static size_t count_lines(struct screen screen)
{
	char *text = NULL;
	size_t size = 0, lines = 0;

	screen.out = open_memstream(&text, &size);
	if (!screen.out)
		return SIZE_MAX;
	print_screen(&screen);
	if (fclose(screen.out))
		lines = SIZE_MAX;
	for (size_t i = 0; lines != SIZE_MAX && i < size; i++)
		lines += text[i] == '\n';
	free(text);
	return lines;
}

void px_doctor_text(const struct px_doctor_report *report,
		    const struct px_conclusion *conclusion, const struct px_doctor_style *style,
		    FILE *out)
{
	struct screen screen = {report, conclusion, style, &ample, out};

	if (count_lines(screen) > PX_DOCTOR_SCREEN_LINES)
		screen.limits = &tight;
	print_screen(&screen);
	px_doctor_evidence(report, conclusion, style, out);
}
