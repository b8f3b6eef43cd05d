/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at a live domain through guest/ and prints what it sees, for tests in the lab.
 *
 * usage: guest-probe list
 *        guest-probe show DOM                what the domain is, its vCPUs, their entry points
 *        guest-probe ticks DOM N [nopause]   N gathers; calls made for each, states seen
 *        guest-probe text DOM ADDRESS        the string at a kernel address, by each root
 *        guest-probe percpu DOM OFFSET       the 32-bit number at an offset from each GS base
 *        guest-probe loop DOM                pause and resume for ever
 *        guest-probe maps DOM PID VMLINUX    what /proc/PID/maps in the guest should have
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/linux-kernel.h"
#include "guest/linux-mm.h"
#include "guest/memory.h"
#include "lib/memory.h"

#define MOST_VCPUS 64

static const char *const state_names[] = {"running", "runnable", "blocked", "offline"};
static const char *const paging_names[] = {"off", "4-level", "5-level", "32-bit"};

struct probe {
	struct px_guest *guest;
	struct px_memory *memory;
	uint32_t count;
	struct px_vcpu vcpus[MOST_VCPUS];
};

static void print_domain(const struct px_domain *domain)
{
	printf("domain id=%u name=%s type=%s vcpus=%u online=%u paused=%d shutdown=%d "
	       "memory_kib=%" PRIu64 "\n",
	       domain->id, domain->name, px_guest_type_name(domain->type), domain->vcpus,
	       domain->online_vcpus, domain->paused, domain->shutdown, domain->memory_kib);
}

static struct px_error *list(void)
{
	px_cleanup(px_freep) struct px_domain *domains = NULL;
	size_t count = 0;
	struct px_error *err = px_guest_list_xen(&domains, &count);

	for (size_t i = 0; i < count; i++)
		print_domain(&domains[i]);
	return err;
}

/* --- commands on a domain
 * --------------------------------------------------------------------- */

static struct px_error *sample(struct probe *probe, bool pause)
{
	struct px_guest *guest = probe->guest;
	struct px_error *err = guest->ops->gather(guest, pause, probe->vcpus, probe->count);

	return err || !pause ? err : guest->ops->resume(guest);
}

static void print_vcpu(uint32_t i, const struct px_vcpu *vcpu)
{
	printf("vcpu %u state=%s time=%" PRIu64 " context=%d", i, state_names[vcpu->state],
	       vcpu->cpu_time_ns, vcpu->have_context);
	if (vcpu->have_context)
		printf(" mode=%s paging=%s cs=%#x ip=%#" PRIx64 " sp=%#" PRIx64 " gs=%#" PRIx64
		       " kernel_root=%#" PRIx64 " user_root=%#" PRIx64,
		       vcpu->kernel_mode ? "kernel" : "user", paging_names[vcpu->paging],
		       vcpu->cs, vcpu->regs.reg[PX_REG_IP], vcpu->regs.reg[PX_REG_SP],
		       vcpu->gs_base_kernel, vcpu->kernel_root.frame, vcpu->user_root.frame);
	printf("\n");
}

static struct px_error *show(struct probe *probe, char **args)
{
	struct px_guest *guest = probe->guest;
	struct px_domain domain;
	struct px_error *err = guest->ops->domain(guest, &domain);

	if (err)
		return err;
	print_domain(&domain);
	err = sample(probe, true);
	for (uint32_t i = 0; i < probe->count && !err; i++) {
		struct px_vcpu_entry entry = {0};

		print_vcpu(i, &probe->vcpus[i]);
		if (probe->vcpus[i].state == PX_VCPU_OFFLINE)
			continue;
		err = guest->ops->entry(guest, i, &entry);
		printf("entry %u lstar=%#" PRIx64 " idt=%#" PRIx64 " event=%#" PRIx64 "\n", i,
		       entry.lstar, entry.idt_base, entry.event_callback);
	}
	return err;
}

static struct px_error *ticks(struct probe *probe, char **args)
{
	unsigned long count = strtoul(args[0], NULL, 10), states[4] = {0};
	bool pause = !args[1];
	struct px_guest_counts before;
	struct px_error *err = sample(probe, pause); /* the first also learns modes */

	before = probe->guest->counts;
	for (unsigned long i = 0; i < count && !err; i++) {
		err = sample(probe, pause);
		for (uint32_t k = 0; k < probe->count && !err; k++)
			states[probe->vcpus[k].state]++;
	}
	if (err)
		return err;
	printf("ticks=%lu vcpus=%u hypercalls=%" PRIu64 " ioctls=%" PRIu64 " mapped=%" PRIu64,
	       count, probe->count, probe->guest->counts.hypercalls - before.hypercalls,
	       probe->guest->counts.ioctls - before.ioctls,
	       probe->guest->counts.mapped_pages - before.mapped_pages);
	for (size_t i = 0; i < px_array_size(states); i++)
		printf(" %s=%lu", state_names[i], states[i]);
	printf("\n");
	return NULL;
}

static void print_text(struct probe *probe, const char *root_name, px_root root,
		       enum px_paging paging, uint64_t address)
{
	char text[256] = "";
	enum px_read_outcome outcome = px_memory_read(
		probe->memory, paging, root, px_gva_of(address), text, sizeof(text) - 1);

	text[strcspn(text, "\n")] = '\0';
	printf(" %s_outcome=%d %s_text=\"%s\"", root_name, outcome, root_name,
	       outcome == PX_READ_OK ? text : "");
}

/* Translations of the upper half are shared by all roots, so forget them between two. */
static struct px_error *text(struct probe *probe, char **args)
{
	uint64_t address = strtoull(args[0], NULL, 16);
	struct px_error *err = sample(probe, true);

	for (uint32_t i = 0; i < probe->count && !err; i++) {
		const struct px_vcpu *vcpu = &probe->vcpus[i];

		if (!vcpu->have_context)
			continue;
		printf("text %u mode=%s", i, vcpu->kernel_mode ? "kernel" : "user");
		px_memory_new_generation(probe->memory);
		print_text(probe, "kernel", vcpu->kernel_root, vcpu->paging, address);
		px_memory_new_generation(probe->memory);
		print_text(probe, "user", vcpu->user_root, vcpu->paging, address);
		printf("\n");
	}
	return err;
}

static struct px_error *percpu(struct probe *probe, char **args)
{
	uint64_t offset = strtoull(args[0], NULL, 16);
	struct px_error *err = sample(probe, true);

	px_memory_new_generation(probe->memory);
	for (uint32_t i = 0; i < probe->count && !err; i++) {
		const struct px_vcpu *vcpu = &probe->vcpus[i];
		uint32_t number = ~0u;
		enum px_read_outcome outcome;

		if (!vcpu->have_context)
			continue;
		outcome = px_memory_read(probe->memory, vcpu->paging, vcpu->kernel_root,
					 px_gva_of(vcpu->gs_base_kernel + offset), &number,
					 sizeof(number));
		printf("percpu %u outcome=%d number=%u\n", i, outcome, number);
	}
	return err;
}

static struct px_error *loop(struct probe *probe, char **args)
{
	struct px_error *err = NULL;

	while (!err)
		err = sample(probe, true);
	return err;
}

static void print_mapping(const struct px_linux_mapping *m)
{
	printf("%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %02x:%02x %" PRIu64 " %s\n",
	       m->start, m->end, m->readable ? 'r' : '-', m->writable ? 'w' : '-',
	       m->executable ? 'x' : '-', m->shared ? 's' : 'p', m->offset, m->inode.major,
	       m->inode.minor, m->inode.number, m->path);
}

static struct px_error *print_mappings(struct px_linux_kernel *kernel, uint64_t mm)
{
	const struct px_linux_mm_layout layout =
		px_linux_mm_layout_of(px_linux_kernel_types(kernel));
	const struct px_linux_reader reader = px_linux_kernel_reader(kernel);
	px_cleanup(px_linux_mappings_fini) struct px_linux_mappings mappings = {0};
	enum px_linux_mm_outcome outcome = PX_LINUX_MM_UNREADABLE;
	struct px_error *err =
		px_linux_mm_read(&layout, &reader, mm, true, &mappings, &outcome);

	for (size_t i = 0; !err && i < mappings.count; i++)
		print_mapping(&mappings.array[i]);
	if (!err && outcome != PX_LINUX_MM_OK)
		err = px_error_new(PX_ERR_OTHER, "%s", px_linux_mm_outcome_name(outcome));
	return err;
}

static struct px_error *maps(struct probe *probe, char **args)
{
	px_cleanup(px_linux_task_list_fini) struct px_linux_task_list list = {0};
	uint32_t pid = (uint32_t)strtoul(args[0], NULL, 10);
	struct px_linux_kernel *kernel = NULL;
	struct px_error *err =
		px_linux_kernel_open(probe->guest, probe->memory, args[1], NULL, &kernel);

	if (!err)
		err = px_linux_kernel_tasks(kernel, 10000, &list);
	for (size_t i = 0; !err && i < list.count; i++)
		if (list.threads[i].task.tid == pid)
			err = print_mappings(kernel, list.threads[i].task.mm);
	px_linux_kernel_close(kernel);
	return err;
}

static const struct {
	const char *name;
	int arguments;
	struct px_error *(*run)(struct probe *probe, char **args);
} commands[] = {
	{"show", 0, show},     {"ticks", 1, ticks}, {"text", 1, text},
	{"percpu", 1, percpu}, {"loop", 0, loop},   {"maps", 2, maps},
};

static struct px_error *on_domain(int argc, char **argv)
{
	px_cleanup(px_guest_closep) struct px_guest *guest = NULL;
	struct probe probe = {0};
	struct px_error *err = px_guest_open_xen(argv[2], &guest);

	if (err)
		return err;
	probe.guest = guest;
	probe.count = px_min(guest->domain.vcpus, (uint32_t)MOST_VCPUS);
	err = px_memory_new(guest, 4096, &probe.memory);
	for (size_t i = 0; i < px_array_size(commands) && !err; i++) {
		if (strcmp(argv[1], commands[i].name) == 0 && argc >= 3 + commands[i].arguments)
			err = commands[i].run(&probe, argv + 3);
	}
	px_memory_free(probe.memory);
	return err;
}

int main(int argc, char **argv)
{
	struct px_error *err = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		err = list();
	else if (argc >= 3)
		err = on_domain(argc, argv);
	else
		err = px_error_new(PX_ERR_USAGE, "see the comment in its source");
	if (!err)
		return 0;
	fprintf(stderr, "guest-probe: error %d: %s\n", err->code, err->message);
	px_error_free(err);
	return 1;
}
