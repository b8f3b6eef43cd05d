/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From rows in any order to the compact unwind table. */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/unwind-table-private.h"

enum {
	MAX_RULES = 65535,  /* what a 16-bit number tells apart, next to "none" */
	RECENT_CFI = 8,	    /* how far back equal full rules are looked for */
	RADIX_BITS = 11,    /* three passes sort 32 bits */
	FIRST_SLOTS = 8192, /* a kernel has some 400 rules */
	SPARSE = 4,	    /* at least so many slots a rule */
	MIN_SHIFT = 7,	    /* block sizes, in bits */
	MAX_SHIFT = 16,	    /* row offsets have 16 bits */
	SPARE_BLOCKS = 256, /* small tables may have more blocks than rows */
};

/* A row while building: the rule's number, 0 for none. */
struct draft_row {
	uint32_t offset; /* from builder->base */
	uint32_t rule;
};

struct px_unwind_builder {
	uint64_t base;
	bool unsorted;
	struct draft_row *rows;
	size_t row_count, row_capacity;
	struct px_unwind_rule *rules; /* [0] is unused */
	size_t rule_count, rule_capacity;
	uint16_t *slots; /* open-addressed hash of rule numbers, 0 is empty */
	size_t slot_count;
	struct px_cfi_rule *cfi_rules;
	size_t cfi_rule_count, cfi_rule_capacity;
};

struct px_error *px_unwind_builder_new(uint64_t base, struct px_unwind_builder **ret)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = px_calloc(1, sizeof(*builder), &builder);

	if (err)
		return err;
	builder->base = base;
	*ret = builder;
	return NULL;
}

static void builder_clear(struct px_unwind_builder *builder)
{
	free(builder->rows);
	free(builder->rules);
	free(builder->slots);
	px_cfi_rules_free(builder->cfi_rules, builder->cfi_rule_count);
	*builder = (struct px_unwind_builder){.base = builder->base};
}

void px_unwind_builder_free(struct px_unwind_builder *builder)
{
	if (!builder)
		return;
	builder_clear(builder);
	free(builder);
}

bool px_unwind_builder_spans(const struct px_unwind_builder *builder, uint64_t start,
			     uint64_t end)
{
	return start <= end && start >= builder->base && end - builder->base <= UINT32_MAX;
}

static uint32_t rule_hash(const struct px_unwind_rule *rule)
{
	uint64_t word;

	_Static_assert(sizeof(*rule) == sizeof(word), "a rule has no padding");
	memcpy(&word, rule, sizeof(word));
	return (uint32_t)(word * 0x9e3779b97f4a7c15u >> 32);
}

/* The slot that holds the rule, or the empty one where it belongs. */
static uint16_t *rule_slot(const struct px_unwind_builder *builder,
			   const struct px_unwind_rule *rule)
{
	size_t i = rule_hash(rule);

	for (;; i++) {
		uint16_t *slot = &builder->slots[i & (builder->slot_count - 1)];

		if (!*slot || !memcmp(&builder->rules[*slot], rule, sizeof(*rule)))
			return slot;
	}
}

static struct px_error *slots_grow(struct px_unwind_builder *builder)
{
	size_t bigger = builder->slot_count ? builder->slot_count * 4 : FIRST_SLOTS;
	uint16_t *slots = NULL;
	struct px_error *err = px_calloc(bigger, sizeof(*slots), &slots);

	if (err)
		return err;
	free(builder->slots);
	builder->slots = slots;
	builder->slot_count = bigger;
	for (size_t i = 1; i < builder->rule_count; i++)
		*rule_slot(builder, &builder->rules[i]) = (uint16_t)i;
	return NULL;
}

/* A rule that was not seen before: give it a number. */
static struct px_error *rule_append(struct px_unwind_builder *builder,
				    const struct px_unwind_rule *rule, uint32_t *ret)
{
	struct px_error *err;
	size_t number = px_max(builder->rule_count, (size_t)1);

	if (number > MAX_RULES)
		return px_error_new(PX_ERR_LIMIT, "more than %d different unwind rules",
				    MAX_RULES);
	err = px_array_grow(builder->rules, number, builder->rule_capacity);
	if (!err && number * SPARSE >= builder->slot_count)
		err = slots_grow(builder);
	if (err)
		return err;
	builder->rules[0] = (struct px_unwind_rule){0};
	builder->rules[number] = *rule;
	builder->rule_count = number + 1;
	*rule_slot(builder, rule) = (uint16_t)number;
	*ret = (uint32_t)number;
	return NULL;
}

static struct px_error *rule_number(struct px_unwind_builder *builder,
				    const struct px_unwind_rule *rule, uint32_t *ret)
{
	uint32_t known;

	if (rule->cfa_base == PX_CFA_NONE) {
		*ret = 0;
		return NULL;
	}
	known = builder->slot_count ? *rule_slot(builder, rule) : 0;
	if (!known)
		return rule_append(builder, rule, ret);
	*ret = known;
	return NULL;
}

struct px_error *px_unwind_builder_add(struct px_unwind_builder *builder, uint64_t address,
				       const struct px_unwind_rule *rule)
{
	uint32_t offset = (uint32_t)(address - builder->base), number = 0;
	struct px_error *err = NULL;

	if (!px_unwind_builder_spans(builder, address, address))
		return px_error_new(PX_ERR_LIMIT,
				    "unwind row at %#lx is not within 4 GiB of %#lx", address,
				    builder->base);
	err = rule_number(builder, rule, &number);
	if (!err && builder->row_count == builder->row_capacity)
		err = px_array_grow(builder->rows, builder->row_count, builder->row_capacity);
	if (err)
		return err;
	if (builder->row_count && builder->rows[builder->row_count - 1].offset > offset)
		builder->unsorted = true;
	builder->rows[builder->row_count++] = (struct draft_row){offset, number};
	return NULL;
}

static bool same_location(const struct px_location *a, const struct px_location *b)
{
	return a->kind == b->kind && a->reg == b->reg && a->offset == b->offset &&
	       a->code.size == b->code.size &&
	       (!a->code.size || !memcmp(a->code.data, b->code.data, a->code.size));
}

static bool same_cfi_rule(const struct px_cfi_rule *a, const struct px_cfi_rule *b)
{
	return a->signal == b->signal && same_location(&a->cfa, &b->cfa) &&
	       same_location(&a->ip, &b->ip) && same_location(&a->bp, &b->bp);
}

/* Replace borrowed code by an owned copy; on failure by nothing. */
static struct px_error *own_code(struct px_bytes *code)
{
	struct px_bytes borrowed = *code;
	uint8_t *copy = NULL;
	struct px_error *err;

	*code = px_bytes_of(NULL, 0);
	if (!borrowed.size)
		return NULL;
	err = px_calloc(borrowed.size, 1, &copy);
	if (err)
		return err;
	memcpy(copy, borrowed.data, borrowed.size);
	*code = px_bytes_of(copy, borrowed.size);
	return NULL;
}

static struct px_error *cfi_rule_append(struct px_unwind_builder *builder,
					const struct px_cfi_rule *rule)
{
	struct px_error *err = px_array_grow(builder->cfi_rules, builder->cfi_rule_count,
					     builder->cfi_rule_capacity);
	struct px_cfi_rule *kept;

	if (err)
		return err;
	kept = &builder->cfi_rules[builder->cfi_rule_count++];
	*kept = *rule;
	err = own_code(&kept->cfa.code);
	kept->ip.code = err ? px_bytes_of(NULL, 0) : kept->ip.code;
	if (!err)
		err = own_code(&kept->ip.code);
	kept->bp.code = err ? px_bytes_of(NULL, 0) : kept->bp.code;
	return err ? err : own_code(&kept->bp.code);
}

struct px_error *px_unwind_builder_add_cfi(struct px_unwind_builder *builder, uint64_t address,
					   const struct px_cfi_rule *rule)
{
	size_t count = builder->cfi_rule_count, i = count;
	struct px_unwind_rule row = {
		.cfa_base = PX_CFA_EXPRESSION,
		.source = PX_RULE_EXPRESSION,
	};
	struct px_error *err = NULL;

	if (count >= MAX_RULES)
		return px_error_new(PX_ERR_LIMIT, "more than %d unwind expressions", MAX_RULES);
	while (i > 0 && count - i < RECENT_CFI)
		if (same_cfi_rule(&builder->cfi_rules[--i], rule)) {
			row.cfa_offset = (int32_t)i;
			return px_unwind_builder_add(builder, address, &row);
		}
	err = cfi_rule_append(builder, rule);
	row.cfa_offset = (int32_t)count;
	return err ? err : px_unwind_builder_add(builder, address, &row);
}

/* One stable counting pass over RADIX_BITS of the offset. */
static void radix_pass(const struct draft_row *from, struct draft_row *to, size_t count,
		       unsigned int shift)
{
	size_t place[1 << RADIX_BITS] = {0}, sum = 0;
	const uint32_t mask = (1 << RADIX_BITS) - 1;

	for (size_t i = 0; i < count; i++)
		place[(from[i].offset >> shift) & mask]++;
	for (size_t i = 0; i <= mask; i++) {
		size_t here = place[i];

		place[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[place[(from[i].offset >> shift) & mask]++] = from[i];
}

/* Stable, so that of equal addresses the order of adding remains. */
static struct px_error *rows_sort(struct px_unwind_builder *builder)
{
	struct draft_row *spare = NULL, *rows = builder->rows;
	struct px_error *err;

	if (!builder->unsorted)
		return NULL;
	err = px_calloc(builder->row_count, sizeof(*spare), &spare);
	if (err)
		return err;
	radix_pass(rows, spare, builder->row_count, 0);
	radix_pass(spare, rows, builder->row_count, RADIX_BITS);
	radix_pass(rows, spare, builder->row_count, 2 * RADIX_BITS);
	free(rows);
	builder->rows = spare;
	builder->row_capacity = builder->row_count;
	builder->unsorted = false;
	return NULL;
}

/* One row an address, and none that repeats its predecessor's rule. In place. */
static void rows_merge(struct px_unwind_builder *builder)
{
	struct draft_row *rows = builder->rows;
	size_t kept = 0, i = 0;

	while (i < builder->row_count) {
		struct draft_row row = rows[i++];

		for (; i < builder->row_count && rows[i].offset == row.offset; i++)
			row.rule = rows[i].rule ? rows[i].rule : row.rule;
		if (row.rule != (kept ? rows[kept - 1].rule : 0))
			rows[kept++] = row;
	}
	builder->row_count = kept;
}

/* The smallest blocks of which there are not more than rows. */
static void table_measure(struct px_unwind_table *table,
			  const struct px_unwind_builder *builder)
{
	uint32_t first = builder->row_count ? builder->rows[0].offset : 0;
	uint32_t last = builder->row_count ? builder->rows[builder->row_count - 1].offset : 0;

	table->shift = MIN_SHIFT;
	while (table->shift < MAX_SHIFT &&
	       ((last - first) >> table->shift) > builder->row_count + SPARE_BLOCKS)
		table->shift++;
	table->base = builder->base + first;
	table->blocks = ((size_t)(last - first) >> table->shift) + 1;
	table->row_count = builder->row_count + 1;
}

static void table_fill(struct px_unwind_table *table, const struct px_unwind_builder *builder)
{
	uint32_t start = builder->row_count ? builder->rows[0].offset : 0;
	size_t next = 0; /* the first block whose first row is not set */

	for (size_t i = 0; i < builder->row_count; i++) {
		uint32_t offset = builder->rows[i].offset - start;

		while (next <= offset >> table->shift)
			table->first[next++] = (uint32_t)i + 1;
		table->rows[i + 1] = (struct px_unwind_row){
			.offset = (uint16_t)(offset & ((1u << table->shift) - 1)),
			.rule = (uint16_t)builder->rows[i].rule,
		};
	}
	while (next < table->blocks + 2)
		table->first[next++] = (uint32_t)table->row_count;
}

static struct px_error *table_allocate(struct px_unwind_table *table)
{
	struct px_error *err =
		px_calloc(table->row_count, sizeof(table->rows[0]), &table->rows);

	return err ? err : px_calloc(table->blocks + 2, sizeof(table->first[0]), &table->first);
}

/* Rules change hands; an empty builder still gives rule 0. */
static struct px_error *table_take_rules(struct px_unwind_table *table,
					 struct px_unwind_builder *builder)
{
	struct px_error *err = NULL;

	if (!builder->rules)
		err = px_calloc(1, sizeof(builder->rules[0]), &builder->rules);
	if (err)
		return err;
	table->rules = builder->rules;
	table->rule_count = px_max(builder->rule_count, (size_t)1);
	table->cfi_rules = builder->cfi_rules;
	table->cfi_rule_count = builder->cfi_rule_count;
	builder->rules = NULL;
	builder->cfi_rules = NULL;
	builder->cfi_rule_count = 0;
	return NULL;
}

struct px_error *px_unwind_builder_finish(struct px_unwind_builder *builder,
					  struct px_unwind_table **ret)
{
	struct px_unwind_table *table = NULL;
	struct px_error *err = px_calloc(1, sizeof(*table), &table);

	if (!err)
		err = rows_sort(builder);
	if (!err) {
		rows_merge(builder);
		table_measure(table, builder);
		err = table_allocate(table);
	}
	if (!err)
		err = table_take_rules(table, builder);
	if (err) {
		px_unwind_table_free(table);
		return err;
	}
	table_fill(table, builder);
	builder_clear(builder);
	*ret = table;
	return NULL;
}
