/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsing lists of vCPUs. */
#include "guest/vcpu-list.h"

#include <ctype.h>
#include <stdlib.h>

/* A number below PX_VCPUS_MAX at *text, which moves behind it. */
static bool parse_number(const char **text, unsigned long *ret)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	*ret = strtoul(*text, &end, 10);
	*text = end;
	return *ret < PX_VCPUS_MAX;
}

static bool parse_range(const char **text, unsigned long *first_ret, unsigned long *last_ret)
{
	if (!parse_number(text, first_ret))
		return false;
	*last_ret = *first_ret;
	if (**text != '-')
		return true;
	(*text)++;
	return parse_number(text, last_ret) && *first_ret <= *last_ret;
}

static bool parse_list(const char *text, struct px_vcpu_list *list)
{
	for (;;) {
		unsigned long first, last;

		if (!parse_range(&text, &first, &last))
			return false;
		for (unsigned long i = first; i <= last; i++)
			list->bits[i / 64] |= UINT64_C(1) << (i % 64);
		if (!*text)
			return true;
		if (*text++ != ',')
			return false;
	}
}

struct px_error *px_vcpu_list_parse(const char *text, struct px_vcpu_list *ret)
{
	struct px_vcpu_list list = {.some = true};

	if (!parse_list(text, &list))
		return px_error_new(PX_ERR_USAGE,
				    "\"%s\" is no list of vCPUs; write it as 0,2-3", text);
	*ret = list;
	return NULL;
}

struct px_error *px_vcpu_list_option(const char *value, void *member)
{
	return px_vcpu_list_parse(value, member);
}

struct px_error *px_vcpu_list_check(const struct px_vcpu_list *list, uint32_t vcpus)
{
	for (uint32_t i = vcpus; list->some && i < PX_VCPUS_MAX; i++)
		if (px_vcpu_list_has(list, i))
			return px_error_new(PX_ERR_USAGE,
					    "the guest has no vCPU %u, only 0 to %u", i,
					    vcpus ? vcpus - 1 : 0);
	return NULL;
}
