/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that was opened from a guest's memory alone against the same one opened with its
 * vmlinux: kernel-oracle VMLINUX. The guest's memory is that of the file. Prints what was
 * compared; fails on the first difference.
 */
#include <stdio.h>
#include <string.h>

#include "guest/linux-kernel.h"
#include "tests/support/vmlinux-guest.h"

struct comparison {
	struct px_linux_kernel *ours, *truth;
	size_t functions, rules;
};

static struct px_error *differ(uint64_t address, const char *what)
{
	return px_error_new(PX_ERR_MISMATCH, "0x%llx: %s differs", (unsigned long long)address,
			    what);
}

static bool same_rule(const struct px_unwind_rule *a, const struct px_unwind_rule *b)
{
	return a == b || (a && b && !memcmp(a, b, sizeof(*a)));
}

/* The rules in a function: at its start, and every few bytes. */
static struct px_error *compare_rules(struct comparison *c, uint64_t start, uint64_t end)
{
	struct px_unwind_map *ours = px_linux_kernel_unwind_map(c->ours);
	struct px_unwind_map *truth = px_linux_kernel_unwind_map(c->truth);

	for (uint64_t at = start; at < end; at += 3) {
		const struct px_unwind_rule *rule = px_unwind_map_find(truth, at);

		/* The debug package has more rules than ORC; those are not compared. */
		if (!rule || rule->source != PX_RULE_ORC)
			continue;
		if (!same_rule(rule, px_unwind_map_find(ours, at)))
			return differ(at, "the rule");
		c->rules++;
	}
	return NULL;
}

static struct px_error *compare_symbol(void *context, const struct px_linux_symbol *symbol)
{
	struct comparison *c = context;
	struct px_linux_symbol found = {0};
	uint64_t address = 0;

	if (symbol->type != 't' && symbol->type != 'T')
		return NULL;
	c->functions++;
	if (!px_linux_kernel_find_symbol(c->ours, symbol->start, &found) ||
	    found.start != symbol->start)
		return differ(symbol->start, symbol->name);
	/* Several at one address: any of them, but it must be known by that name. */
	if (symbol->type == 'T' &&
	    !px_linux_kernel_symbol_address(c->ours, symbol->name, &address))
		return differ(symbol->start, symbol->name);
	return compare_rules(c, symbol->start, symbol->end);
}

static struct px_error *compare(struct comparison *c)
{
	const struct px_type_info *ours = px_linux_kernel_types(c->ours);
	const struct px_type_info *truth = px_linux_kernel_types(c->truth);
	struct px_member a = {0}, b = {0};

	if (px_linux_kernel_slide(c->ours) != px_linux_kernel_slide(c->truth))
		return differ(px_linux_kernel_slide(c->ours), "the slide");
	if (!px_build_id_equal(px_linux_kernel_build_id(c->ours),
			       px_linux_kernel_build_id(c->truth)) ||
	    strcmp(px_linux_kernel_release(c->ours), px_linux_kernel_release(c->truth)))
		return differ(0, "the identity");
	if (!ours || !px_type_info_member(ours, "task_struct", "comm", &a) ||
	    !px_type_info_member(truth, "task_struct", "comm", &b) || a.offset != b.offset)
		return differ(0, "struct task_struct");
	if (px_linux_kernel_lacks(c->ours))
		return differ(0, "what it lacks");
	return px_linux_kernel_each_symbol(c->truth, compare_symbol, c);
}

static struct px_error *run(const char *path, uint64_t slide, struct comparison *c)
{
	struct vmlinux_guest guest = {0};
	struct px_memory *memory = NULL;
	struct px_error *err = vmlinux_guest_init(path, slide, &guest);

	if (err)
		return err;
	err = px_memory_new(&guest.guest->guest, 4096, &memory);
	if (!err)
		err = px_linux_kernel_open(&guest.guest->guest, memory, NULL, NULL, &c->ours);
	if (!err)
		err = px_linux_kernel_open(&guest.guest->guest, memory, path, NULL, &c->truth);
	if (!err)
		err = compare(c);
	px_linux_kernel_close(c->ours);
	px_linux_kernel_close(c->truth);
	px_memory_free(memory);
	vmlinux_guest_fini(&guest);
	return err;
}

int main(int argc, char **argv)
{
	static const uint64_t slides[] = {0, UINT64_C(0x1fc00000)};

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < px_array_size(slides); i++) {
		struct comparison c = {0};
		struct px_error *err = run(argv[1], slides[i], &c);

		if (err) {
			fprintf(stderr, "kernel-oracle: %s\n", err->message);
			px_error_free(err);
			return 1;
		}
		printf("moved by 0x%llx: %zu functions, rules at %zu addresses\n",
		       (unsigned long long)slides[i], c.functions, c.rules);
	}
	return 0;
}
