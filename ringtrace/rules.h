/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rules. */
#ifndef PX_RINGTRACE_RULES_H
#define PX_RINGTRACE_RULES_H

#include "ringtrace/rule.h"

/** All rules, in the order of precedence. */
const struct px_rule *px_rules(size_t *count_ret);

/** The rule of an id, or NULL. */
const struct px_rule *px_rule_find(const char *id);

#endif
