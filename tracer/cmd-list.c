/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen list: the domains that there are. */
#include <jansson.h>
#include <stdio.h>

#include "guest/guest.h"
#include "lib/memory.h"
#include "tracer/commands.h"
#include "tracer/domain-text.h"
#include "tracer/json.h"

struct list_options {
	bool json;
};

static const struct px_option option_table[] = {
	{PX_OPT_FLAG, 0, "json", NULL, "for programs", PX_OPTION_AT(struct list_options, json)},
	{PX_OPT_END},
};

static void print_table(const struct px_domain *domains, size_t count)
{
	printf("%5s  %-24s %-4s %7s %9s  %s\n", "ID", "NAME", "TYPE", "VCPUS", "MEM(MiB)",
	       "STATE");
	for (size_t i = 0; i < count; i++) {
		const struct px_domain *domain = &domains[i];
		char vcpus[24];

		snprintf(vcpus, sizeof(vcpus), "%u/%u", domain->online_vcpus, domain->vcpus);
		printf("%5u  %-24s %-4s %7s %9llu  %s\n", domain->id, domain->name,
		       px_guest_type_name(domain->type), vcpus,
		       (unsigned long long)domain->memory_kib / 1024,
		       px_domain_state_name(domain));
	}
}

static json_t *domain_json(const struct px_domain *domain)
{
	char uuid[PX_UUID_TEXT];

	return json_pack("{s:i, s:o, s:s, s:s, s:i, s:i, s:I, s:s}", "id", (int)domain->id,
			 "name", px_json_text(domain->name), "uuid",
			 px_domain_uuid(domain, uuid), "type", px_guest_type_name(domain->type),
			 "vcpus_online", (int)domain->online_vcpus, "vcpus", (int)domain->vcpus,
			 "memory_kib", (json_int_t)domain->memory_kib, "state",
			 px_domain_state_name(domain));
}

static struct px_error *print_json(const struct px_domain *domains, size_t count)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; !rc && i < count; i++)
		rc = json_array_append_new(list, domain_json(&domains[i]));
	return px_json_print(list, rc == 0);
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct list_options options = {0};
	struct px_arguments arguments = {0};
	struct px_domain *domains px_cleanup(px_freep) = NULL;
	size_t count = 0;
	struct px_error *err =
		px_options_parse(option_table, argc, argv, &options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.argc || arguments.command)
		return px_error_new(PX_ERR_USAGE, "list takes no arguments");
	err = px_guest_list_xen(&domains, &count);
	if (err)
		return err;
	if (options.json)
		return print_json(domains, count);
	print_table(domains, count);
	return NULL;
}

const struct px_command px_command_list = {
	.name = "list",
	.usage = "[--json]",
	.summary = "the domains, what they are and whether they run",
	.options = option_table,
	.run = run,
};
