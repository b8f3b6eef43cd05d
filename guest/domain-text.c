/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of domains, of their states and of those of vCPUs. */
#include "guest/domain-text.h"

#include <stdio.h>

const char *px_domain_label(const struct px_domain *domain, char *text, size_t size)
{
	if (*domain->name)
		snprintf(text, size, "%s", domain->name);
	else
		snprintf(text, size, "domain %u", domain->id);
	return text;
}

const char *px_domain_uuid(const struct px_domain *domain, char text[PX_UUID_TEXT])
{
	char *out = text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		out += snprintf(out, 3, "%02x", domain->uuid[i]);
	}
	return text;
}

const char *px_domain_state_name(const struct px_domain *domain)
{
	if (domain->crashed)
		return "crashed";
	if (domain->dying)
		return "dying";
	if (domain->shutdown)
		return "shutdown";
	return domain->paused ? "paused" : "running";
}

const char *px_vcpu_state_name(enum px_vcpu_state state)
{
	static const char *const names[] = {
		[PX_VCPU_RUNNING] = "running",
		[PX_VCPU_RUNNABLE] = "runnable",
		[PX_VCPU_BLOCKED] = "blocked",
		[PX_VCPU_OFFLINE] = "offline",
	};

	return names[state];
}
