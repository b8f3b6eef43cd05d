/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen list: the domains that there are, and the kernels that they run. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "guest/confine.h"
#include "guest/domain-text.h"
#include "guest/guest.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "tracer/commands.h"
#include "tracer/domain-kernel.h"

struct list_options {
	bool json;
};

static const struct px_option option_table[] = {
	{PX_OPT_FLAG, 0, "json", NULL, "for programs", PX_OPTION_AT(struct list_options, json)},
	{PX_OPT_END},
};

/* Below the domain's line: there is no room beside it. */
static void print_kernel(const struct px_domain_kernel *kernel)
{
	char hex[PX_BUILD_ID_HEX], text[PX_LINUX_LACKS_TEXT];
	const struct px_build_id *id = &kernel->identity.build_id;

	if (!kernel->found) {
		fputs("       no kernel: ", stdout);
		px_plain_print(kernel->problem->message, stdout);
		putchar('\n');
		return;
	}
	printf("       Linux %s, build-id %s, moved by 0x%" PRIx64, kernel->identity.release,
	       id->size ? px_build_id_hex(id, hex) : "none", kernel->outline.slide);
	if (kernel->outline.lacks)
		printf(", lacks %s", px_linux_lacks_text(kernel->outline.lacks, text));
	printf("\n");
}

static void print_table(const struct px_domain *domains, struct px_domain_kernel *kernels,
			size_t count)
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
		px_domain_kernel_look(&kernels[i]);
		print_kernel(&kernels[i]);
	}
}

static json_t *lacks_json(unsigned int lacks)
{
	static const struct {
		enum px_linux_lack lack;
		const char *name;
	} names[] = {
		{PX_LINUX_LACKS_KALLSYMS, "kallsyms"},
		{PX_LINUX_LACKS_VARIABLES, "variables"},
		{PX_LINUX_LACKS_ORC, "orc"},
		{PX_LINUX_LACKS_TYPES, "types"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < px_array_size(names); i++)
		if (lacks & names[i].lack)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *kernel_json(const struct px_domain_kernel *kernel)
{
	char hex[PX_BUILD_ID_HEX], slide[24];

	if (!kernel->found)
		return json_pack("{s:o}", "problem", px_json_text(kernel->problem->message));
	snprintf(slide, sizeof(slide), "0x%" PRIx64, kernel->outline.slide);
	return json_pack("{s:o, s:s, s:s, s:o}", "release",
			 px_json_text(kernel->identity.release), "build_id",
			 px_build_id_hex(&kernel->identity.build_id, hex), "slide", slide,
			 "lacks", lacks_json(kernel->outline.lacks));
}

static json_t *domain_json(const struct px_domain *domain,
			   const struct px_domain_kernel *kernel)
{
	char uuid[PX_UUID_TEXT];

	return json_pack("{s:i, s:o, s:s, s:s, s:i, s:i, s:I, s:s, s:o}", "id", (int)domain->id,
			 "name", px_json_text(domain->name), "uuid",
			 px_domain_uuid(domain, uuid), "type", px_guest_type_name(domain->type),
			 "vcpus_online", (int)domain->online_vcpus, "vcpus", (int)domain->vcpus,
			 "memory_kib", (json_int_t)domain->memory_kib, "state",
			 px_domain_state_name(domain), "kernel", kernel_json(kernel));
}

static struct px_error *print_json(const struct px_domain *domains,
				   struct px_domain_kernel *kernels, size_t count)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; !rc && i < count; i++) {
		px_domain_kernel_look(&kernels[i]);
		rc = json_array_append_new(list, domain_json(&domains[i], &kernels[i]));
	}
	return px_json_print(list, rc == 0);
}

static struct px_error *print(const struct list_options *options,
			      const struct px_domain *domains, struct px_domain_kernel *kernels,
			      size_t count)
{
	if (options->json)
		return print_json(domains, kernels, count);
	print_table(domains, kernels, count);
	return NULL;
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct list_options options = {0};
	struct px_arguments arguments = {0};
	struct px_domain *domains px_cleanup(px_freep) = NULL;
	struct px_domain_kernel *kernels px_cleanup(px_freep) = NULL;
	size_t count = 0;
	struct px_error *err =
		px_options_parse(option_table, argc, argv, &options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.argc || arguments.command)
		return px_error_new(PX_ERR_USAGE, "list takes no arguments");
	err = px_guest_list_xen(&domains, &count);
	if (!err)
		err = px_calloc(count, sizeof(*kernels), &kernels);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		px_domain_kernel_open(&domains[i], &kernels[i]);
	err = px_confine(&(struct px_confinement){0});
	if (!err)
		err = print(&options, domains, kernels, count);
	for (size_t i = 0; i < count; i++)
		px_domain_kernel_close(&kernels[i]);
	return err;
}

const struct px_command px_command_list = {
	.name = "list",
	.usage = "[--json]",
	.summary = "the domains, what they are and which kernels they run",
	.options = option_table,
	.run = run,
};
