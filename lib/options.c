/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Option parsing and help from tables. */
#include "lib/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool takes_value(const struct px_option *o)
{
	return o->type != PX_OPT_FLAG;
}

static bool is_option(const struct px_option *o)
{
	return o->type != PX_OPT_GROUP;
}

/* Levenshtein distance of two short words; long ones count as far apart. */
static unsigned int distance(const char *a, const char *b)
{
	enum {
		LONGEST = 32
	};
	unsigned int row[LONGEST + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > LONGEST || lb > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int replace = diagonal + (a[i - 1] != b[j - 1]);
			unsigned int insert = px_min(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = px_min(replace, insert);
		}
	}
	return row[lb];
}

static const char *nearest_name(const struct px_option *table, const char *name)
{
	const char *best = NULL;
	unsigned int best_distance = 3;

	for (const struct px_option *o = table; o->type != PX_OPT_END; o++) {
		if (!is_option(o) || !o->name || distance(o->name, name) >= best_distance)
			continue;
		best = o->name;
		best_distance = distance(o->name, name);
	}
	return best;
}

static struct px_error *unknown_option(const struct px_option *table, const char *name)
{
	const char *near = nearest_name(table, name);

	if (near)
		return px_error_new(PX_ERR_USAGE, "unknown option --%s; did you mean --%s?",
				    name, near);
	return px_error_new(PX_ERR_USAGE, "unknown option --%s", name);
}

static struct px_error *out_of_range(const struct px_option *o, const char *value)
{
	return px_error_new(PX_ERR_USAGE, "%s is out of range; it must be from %g to %g", value,
			    o->min, o->max);
}

static bool in_range(const struct px_option *o, double v)
{
	return (o->min == 0 && o->max == 0) || (v >= o->min && v <= o->max);
}

static struct px_error *parse_count(const struct px_option *o, const char *value,
				    unsigned int *ret)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(value, &end, 0);
	if (*value < '0' || *value > '9' || *end)
		return px_error_new(PX_ERR_USAGE, "\"%s\" is not a whole number", value);
	if (errno || v > UINT32_MAX || !in_range(o, (double)v))
		return out_of_range(o, value);
	*ret = (unsigned int)v;
	return NULL;
}

static struct px_error *parse_seconds(const struct px_option *o, const char *value, double *ret)
{
	static const struct {
		const char *suffix;
		double factor;
	} units[] = {{"", 1},	   {"s", 1},  {"ms", 1e-3}, {"us", 1e-6},
		     {"ns", 1e-9}, {"m", 60}, {"min", 60},  {"h", 3600}};
	char *end;
	double v = strtod(value, &end);

	if (end != value && isfinite(v))
		for (size_t i = 0; i < px_array_size(units); i++) {
			if (strcmp(end, units[i].suffix))
				continue;
			if (!in_range(o, v * units[i].factor))
				return out_of_range(o, value);
			*ret = v * units[i].factor;
			return NULL;
		}
	return px_error_new(PX_ERR_USAGE, "\"%s\" is not a duration such as 10, 1.5s or 250ms",
			    value);
}

static struct px_error *parse_choice(const struct px_option *o, const char *value,
				     unsigned int *ret)
{
	char all[256] = "";

	for (unsigned int i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], value)) {
			*ret = i;
			return NULL;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? ", " : "",
			 o->choices[i]);
	}
	return px_error_new(PX_ERR_USAGE, "\"%s\" is none of: %s", value, all);
}

static struct px_error *store(const struct px_option *o, const char *value, bool negated,
			      void *options)
{
	void *member = (char *)options + o->offset;

	switch (o->type) {
	case PX_OPT_FLAG:
		*(bool *)member = !negated;
		return NULL;
	case PX_OPT_STRING:
		*(const char **)member = value;
		return NULL;
	case PX_OPT_COUNT:
		return parse_count(o, value, member);
	case PX_OPT_SECONDS:
		return parse_seconds(o, value, member);
	case PX_OPT_CHOICE:
		return parse_choice(o, value, member);
	case PX_OPT_CALL:
		return o->parse(value, member);
	case PX_OPT_END:
	case PX_OPT_GROUP:
		break;
	}
	return NULL;
}

/* The option that `--text` (up to its '=' or end) names; *negated for --no-flag. */
static const struct px_option *find_long(const struct px_option *table, const char *text,
					 bool *negated)
{
	size_t length = strcspn(text, "=");

	for (const struct px_option *o = table; o->type != PX_OPT_END; o++) {
		if (!is_option(o) || !o->name)
			continue;
		*negated = false;
		if (strlen(o->name) == length && !strncmp(o->name, text, length))
			return o;
		*negated = o->type == PX_OPT_FLAG && length > 3 && !strncmp(text, "no-", 3) &&
			   strlen(o->name) == length - 3 &&
			   !strncmp(o->name, text + 3, length - 3);
		if (*negated)
			return o;
	}
	return NULL;
}

static const struct px_option *find_letter(const struct px_option *table, char letter)
{
	for (const struct px_option *o = table; o->type != PX_OPT_END; o++)
		if (is_option(o) && o->letter == letter)
			return o;
	return NULL;
}

/* Where parsing stands: the word at argv[next] is not yet used. */
struct parse {
	const struct px_option *table;
	void *options;
	char **argv;
	int argc, next;
};

static struct px_error *next_value(struct parse *p, const char **ret)
{
	if (p->next >= p->argc)
		return px_error_new(PX_ERR_USAGE, "a value is missing");
	*ret = p->argv[p->next++];
	return NULL;
}

static struct px_error *parse_long(struct parse *p, const char *text)
{
	const char *equals = strchr(text, '=');
	const char *value = equals ? equals + 1 : NULL;
	bool negated = false;
	const struct px_option *o = find_long(p->table, text, &negated);
	struct px_error *err = NULL;

	if (!o)
		return unknown_option(p->table, text);
	if (!takes_value(o) && value)
		err = px_error_new(PX_ERR_USAGE, "takes no value");
	else if (takes_value(o) && !value)
		err = next_value(p, &value);
	if (!err)
		err = store(o, value, negated, p->options);
	return px_error_prefix(err, "--%s", o->name);
}

static struct px_error *parse_letters(struct parse *p, const char *letters)
{
	for (const char *l = letters; *l; l++) {
		const struct px_option *o = find_letter(p->table, *l);
		const char *value = NULL;
		struct px_error *err = NULL;

		if (!o)
			return px_error_new(PX_ERR_USAGE, "unknown option -%c", *l);
		if (takes_value(o) && l[1])
			value = l + 1;
		else if (takes_value(o))
			err = next_value(p, &value);
		if (!err)
			err = store(o, value, false, p->options);
		if (err)
			return px_error_prefix(err, "-%c", *l);
		if (takes_value(o))
			break;
	}
	return NULL;
}

static bool asks_for_help(const char *word)
{
	return !strcmp(word, "-h") || !strcmp(word, "--help");
}

struct px_error *px_options_parse(const struct px_option *table, int argc, char **argv,
				  void *options, struct px_arguments *arguments_ret,
				  bool *help_ret)
{
	struct parse p = {
		.table = table, .options = options, .argv = argv, .argc = argc, .next = 1};
	struct px_arguments arguments = {.argv = argv + 1};

	while (p.next < argc) {
		char *word = argv[p.next++];
		struct px_error *err = NULL;

		if (asks_for_help(word)) {
			*help_ret = true;
			break;
		}
		if (!strcmp(word, "--")) {
			arguments.command = argv + p.next;
			break;
		}
		if (word[0] == '-' && word[1] == '-')
			err = parse_long(&p, word + 2);
		else if (word[0] == '-' && word[1])
			err = parse_letters(&p, word + 1);
		else
			arguments.argv[arguments.argc++] = word;
		if (err)
			return err;
	}
	*arguments_ret = arguments;
	return NULL;
}

void px_options_help(const struct px_option *table, FILE *out)
{
	for (const struct px_option *o = table; o->type != PX_OPT_END; o++) {
		char names[64] = "", left[128];

		if (!is_option(o)) {
			fprintf(out, "\n%s:\n", o->help);
			continue;
		}
		if (o->letter)
			snprintf(names, sizeof(names), "-%c%s", o->letter, o->name ? ", " : "");
		snprintf(left, sizeof(left), "%s%s%s%s%s", o->letter ? names : "    ",
			 o->name ? "--" : "", o->name ? o->name : "", o->value_name ? " " : "",
			 o->value_name ? o->value_name : "");
		fprintf(out, "  %-28s %s\n", left, o->help);
	}
}
