/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings of a process.
 *
 * Up to Linux 6.0 the mappings of an mm are a list in address order (vm_area_struct.vm_next).
 * Since then they are in a maple tree, whose nodes are 256 bytes, aligned to that, so that the
 * low bits of a pointer to a node say what it is (include/linux/maple_tree.h):
 *
 *	bit 1		the root of a tree, when it is a node
 *	bits 3-6	enum maple_type of the node
 *
 * A node has slots and, between them, pivots: slot i stands for the addresses from the pivot
 * before it, exclusively, to pivot i, inclusively; the last slot ends where the node does, and
 * so does one with a pivot of 0 behind the first. A leaf's slots are mappings or empty, other
 * nodes' are nodes. A node that was taken out of its tree is its own parent.
 */
#include "guest/linux-mm.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

/* include/linux/mm.h; the same in all versions. */
enum {
	VM_READ = 1,
	VM_WRITE = 2,
	VM_EXEC = 4,
	VM_SHARED = 8,
};

enum {
	PAGE = 4096,
	NODE = 256,
	NODE_SLOTS = 31, /* at most, of 8 bytes in 256 with the parent */
	DEPTH = 16,	 /* 10 to the 16th mappings */
	TRIES = 3,
	READS = 100000, /* of one attempt: what a process with the most mappings needs */
	VMA_MAX = 512,	/* bytes of a vm_area_struct that its members of interest lie in */
};

/* User space with 5 levels of page tables; addresses with 4 levels are below. */
static const uint64_t user_end = UINT64_C(1) << 56;

void px_linux_mappings_fini(struct px_linux_mappings *mappings)
{
	for (size_t i = 0; i < mappings->text_count; i++)
		free(mappings->texts[i]);
	free(mappings->texts);
	free(mappings->array);
	*mappings = (struct px_linux_mappings){0};
}

const struct px_linux_mapping *px_linux_mappings_find(const struct px_linux_mappings *mappings,
						      uint64_t address)
{
	size_t low = 0, high = mappings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mappings->array[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < mappings->count && mappings->array[low].start <= address
		       ? &mappings->array[low]
		       : NULL;
}

const char *px_linux_mm_outcome_name(enum px_linux_mm_outcome outcome)
{
	static const char *const names[] = {
		[PX_LINUX_MM_OK] = "read",
		[PX_LINUX_MM_UNREADABLE] = "cannot be read",
		[PX_LINUX_MM_CHANGED] = "does not hold still",
	};

	return names[outcome];
}

/* --- layout ------------------------------------------------------------------------------- */

/* The pivots and slots of a kind of node: slots are one more than pivots. */
static bool find_node(const struct px_type_info *types, const char *structure, uint32_t *pivot,
		      uint32_t *slot, uint32_t *slots)
{
	struct px_member pivots = {0}, all = {0};

	if (!px_type_info_member(types, structure, "pivot", &pivots) ||
	    !px_type_info_member(types, structure, "slot", &all) ||
	    all.size != pivots.size + sizeof(uint64_t) ||
	    all.size > NODE_SLOTS * sizeof(uint64_t) || all.offset > NODE - all.size ||
	    pivots.offset > NODE - pivots.size)
		return false;
	*pivot = pivots.offset;
	*slot = all.offset;
	*slots = all.size / sizeof(uint64_t);
	return true;
}

static bool find_type(const struct px_type_info *types, const char *name, uint32_t *ret)
{
	int64_t value = -1;

	if (!px_type_info_enumerator(types, name, &value) || value < 0 || value > 15)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool find_tree(const struct px_type_info *types, struct px_linux_mm_layout *l)
{
	struct px_member root = {0};

	if (!px_type_info_member(types, "mm_struct", "mm_mt.ma_root", &root))
		return false;
	l->first = root.offset;
	l->maple = true;
	return find_type(types, "maple_leaf_64", &l->node.leaf_type) &&
	       find_type(types, "maple_range_64", &l->node.range_type) &&
	       find_type(types, "maple_arange_64", &l->node.arange_type) &&
	       find_node(types, "maple_range_64", &l->node.range_pivot, &l->node.range_slot,
			 &l->node.range_slots) &&
	       find_node(types, "maple_arange_64", &l->node.arange_pivot, &l->node.arange_slot,
			 &l->node.arange_slots);
}

static bool find_list(const struct px_type_info *types, struct px_linux_mm_layout *l)
{
	const struct px_wanted_member wanted[] = {
		{"mm_struct", "mmap", 8, &l->first},
		{"vm_area_struct", "vm_next", 8, &l->vma.next},
	};

	l->maple = false;
	return px_type_info_offsets(types, wanted, px_array_size(wanted));
}

/* So many bytes of a vm_area_struct are of interest; more than 32 bits where types lie. */
static uint64_t vma_size(const struct px_linux_mm_layout *l)
{
	const uint32_t offsets[] = {l->vma.start, l->vma.end,	l->vma.mm,
				    l->vma.flags, l->vma.pgoff, l->vma.file};
	uint32_t most = 0;

	for (size_t i = 0; i < px_array_size(offsets); i++)
		most = px_max(most, offsets[i]);
	return most + sizeof(uint64_t);
}

struct px_linux_mm_layout px_linux_mm_layout_of(const struct px_type_info *types)
{
	struct px_linux_mm_layout l = {0};
	const struct px_wanted_member wanted[] = {
		{"mm_struct", "brk", 8, &l.brk},
		{"mm_struct", "start_brk", 8, &l.start_brk},
		{"mm_struct", "start_stack", 8, &l.start_stack},
		{"mm_struct", "exec_vm", 8, &l.exec_vm},
		{"mm_struct", "start_code", 8, &l.start_code},
		{"vm_area_struct", "vm_start", 8, &l.vma.start},
		{"vm_area_struct", "vm_end", 8, &l.vma.end},
		{"vm_area_struct", "vm_mm", 8, &l.vma.mm},
		{"vm_area_struct", "vm_flags", 8, &l.vma.flags},
		{"vm_area_struct", "vm_pgoff", 8, &l.vma.pgoff},
		{"vm_area_struct", "vm_file", 8, &l.vma.file},
	};
	const struct px_wanted_member vdso[] = {
		{"mm_struct", "context.vdso", 8, &l.vdso},
		{"mm_struct", "context.vdso_image", 8, &l.vdso_image},
		{"vdso_image", "data", 8, &l.image_data},
		{"vdso_image", "size", 8, &l.image_size},
	};

	if (!types || !px_type_info_offsets(types, wanted, px_array_size(wanted)) ||
	    (!find_tree(types, &l) && !find_list(types, &l)))
		return l;
	if (vma_size(&l) > VMA_MAX)
		return l;
	l.vma.size = (uint32_t)vma_size(&l);
	l.have_vdso = px_type_info_offsets(types, vdso, px_array_size(vdso));
	l.path = px_linux_path_layout_of(types);
	l.known = true;
	return l;
}

/* --- one mapping -------------------------------------------------------------------------- */

/* An attempt at reading one mm. */
struct attempt {
	const struct px_linux_mm_layout *layout;
	const struct px_linux_reader *from;
	struct px_linux_reader reader; /* counts, and ends at a bound */
	uint64_t mm;
	bool all_paths;
	unsigned int reads;
	struct px_linux_mappings *mappings;
	enum px_linux_mm_outcome outcome;
	struct px_error *err;
	uint64_t brk, start_brk, start_stack, vdso;
	/* What was said of the file of the last mapping that had one. */
	uint64_t file;
	const char *path;
	struct px_linux_inode inode;
	char memory[PX_LINUX_PATH_MAX];
};

static bool counted_read(void *context, uint64_t address, void *buffer, size_t size)
{
	struct attempt *attempt = context;

	if (address < PX_LINUX_KERNEL_SPACE || attempt->reads == READS)
		return false;
	attempt->reads++;
	return px_linux_read(attempt->from, address, buffer, size);
}

static bool read_word(struct attempt *attempt, uint64_t address, uint64_t *ret)
{
	uint64_t word = 0;

	if (!px_linux_read(&attempt->reader, address, &word, sizeof(word))) {
		attempt->outcome = PX_LINUX_MM_UNREADABLE;
		return false;
	}
	*ret = word;
	return true;
}

static bool changed(struct attempt *attempt)
{
	attempt->outcome = PX_LINUX_MM_CHANGED;
	return false;
}

static bool failed(struct attempt *attempt, struct px_error *err)
{
	attempt->err = err;
	return !err;
}

static bool keep_text(struct attempt *attempt, const char *text, const char **ret)
{
	struct px_linux_mappings *m = attempt->mappings;
	char *copy = NULL;

	if (!failed(attempt, px_array_grow(m->texts, m->text_count, m->text_capacity)) ||
	    !failed(attempt, px_strdup(text, &copy)))
		return false;
	m->texts[m->text_count++] = copy;
	*ret = copy;
	return true;
}

static bool name_file(struct attempt *attempt, struct px_linux_mapping *mapping)
{
	const struct px_linux_path_layout *layout = &attempt->layout->path;
	const char *path;

	mapping->path = "";
	if (!layout->known || (!mapping->executable && !attempt->all_paths))
		return true;
	if (mapping->file != attempt->file) {
		attempt->file = 0;
		path = px_linux_file_path(layout, &attempt->reader, mapping->file,
					  attempt->memory);
		if (!path || !px_linux_file_inode(layout, &attempt->reader, mapping->file,
						  &attempt->inode)) {
			attempt->mappings->cut |= attempt->reads == READS;
			return true;
		}
		if (!keep_text(attempt, path, &attempt->path))
			return false;
		attempt->file = mapping->file;
	}
	mapping->path = attempt->path;
	mapping->inode = attempt->inode;
	return true;
}

static void name_anonymous(const struct attempt *attempt, struct px_linux_mapping *mapping)
{
	if (attempt->vdso && mapping->start == attempt->vdso)
		mapping->path = "[vdso]";
	else if (mapping->start < attempt->brk && mapping->end > attempt->start_brk)
		mapping->path = "[heap]";
	else if (mapping->start <= attempt->start_stack && mapping->end > attempt->start_stack)
		mapping->path = "[stack]";
	else
		mapping->path = "//anon";
}

static bool plausible(const struct attempt *attempt, const struct px_linux_mapping *mapping)
{
	const struct px_linux_mappings *m = attempt->mappings;

	return mapping->start % PAGE == 0 && mapping->end % PAGE == 0 &&
	       mapping->start < mapping->end && mapping->end <= user_end &&
	       (m->count == 0 || mapping->start >= m->array[m->count - 1].end);
}

static uint64_t word_at(const uint8_t *bytes, uint32_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* Take a vm_area_struct in; *ret is it, until the next one. */
static bool add(struct attempt *attempt, uint64_t vma, const struct px_linux_mapping **ret)
{
	const struct px_linux_mm_layout *l = attempt->layout;
	struct px_linux_mappings *m = attempt->mappings;
	struct px_linux_mapping mapping = {0};
	uint64_t mm = 0, flags = 0, pgoff = 0;
	uint8_t bytes[VMA_MAX];

	if (!px_linux_read(&attempt->reader, vma, bytes, l->vma.size)) {
		attempt->outcome = PX_LINUX_MM_UNREADABLE;
		return false;
	}
	mm = word_at(bytes, l->vma.mm);
	mapping.start = word_at(bytes, l->vma.start);
	mapping.end = word_at(bytes, l->vma.end);
	flags = word_at(bytes, l->vma.flags);
	pgoff = word_at(bytes, l->vma.pgoff);
	mapping.file = word_at(bytes, l->vma.file);
	if (mm != attempt->mm || !plausible(attempt, &mapping))
		return changed(attempt);
	mapping.offset = mapping.file ? pgoff * PAGE : 0;
	mapping.readable = flags & VM_READ;
	mapping.writable = flags & VM_WRITE;
	mapping.executable = flags & VM_EXEC;
	mapping.shared = flags & VM_SHARED;
	if (!mapping.file)
		name_anonymous(attempt, &mapping);
	else if (!name_file(attempt, &mapping))
		return false;
	if (!failed(attempt, px_array_grow(m->array, m->count, m->capacity)))
		return false;
	m->array[m->count++] = mapping;
	*ret = &m->array[m->count - 1];
	return true;
}

/* Whether one more may be taken in. */
static bool is_full(struct attempt *attempt)
{
	attempt->mappings->cut |= attempt->mappings->count == PX_LINUX_MAPPINGS_MAX ||
				  attempt->reads == READS;
	return attempt->mappings->cut;
}

/* --- the list ----------------------------------------------------------------------------- */

/* Addresses ascend, so it cannot be a ring. */
static bool walk_list(struct attempt *attempt)
{
	const struct px_linux_mapping *mapping = NULL;
	uint64_t vma = 0;

	if (!read_word(attempt, attempt->mm + attempt->layout->first, &vma))
		return false;
	while (vma && !is_full(attempt))
		if (!add(attempt, vma, &mapping) ||
		    !read_word(attempt, vma + attempt->layout->vma.next, &vma))
			return false;
	return true;
}

/* --- the tree ----------------------------------------------------------------------------- */

struct node {
	bool leaf;
	uint32_t slots;
	uint64_t pivot[NODE_SLOTS], slot[NODE_SLOTS];
};

static void take_words(const uint8_t *bytes, uint32_t offset, uint32_t count,
		       uint64_t ret[NODE_SLOTS])
{
	memcpy(ret, bytes + offset, count * sizeof(*ret));
}

/* Copy the node that an encoded pointer leads to. */
static bool read_node(struct attempt *attempt, uint64_t pointer, struct node *ret)
{
	const struct px_linux_mm_layout *l = attempt->layout;
	uint64_t address = pointer & ~(uint64_t)(NODE - 1), parent;
	uint32_t type = pointer >> 3 & 15;
	uint8_t bytes[NODE];

	if (!px_linux_read(&attempt->reader, address, bytes, sizeof(bytes))) {
		attempt->outcome = PX_LINUX_MM_UNREADABLE;
		return false;
	}
	memcpy(&parent, bytes, sizeof(parent));
	if (parent == address)
		return changed(attempt);
	*ret = (struct node){.leaf = type == l->node.leaf_type};
	if (ret->leaf || type == l->node.range_type) {
		ret->slots = l->node.range_slots;
		take_words(bytes, l->node.range_pivot, ret->slots - 1, ret->pivot);
		take_words(bytes, l->node.range_slot, ret->slots, ret->slot);
	} else if (type == l->node.arange_type) {
		ret->slots = l->node.arange_slots;
		take_words(bytes, l->node.arange_pivot, ret->slots - 1, ret->pivot);
		take_words(bytes, l->node.arange_slot, ret->slots, ret->slot);
	} else {
		return changed(attempt); /* no mm has other ones */
	}
	return true;
}

/* A mapping in a leaf, which says of it that it covers [start, last]. */
static bool add_entry(struct attempt *attempt, uint64_t entry, uint64_t start, uint64_t last)
{
	const struct px_linux_mapping *mapping = NULL;

	/* Entries that are no pointers keep a place free during fork. */
	if (entry < PX_LINUX_KERNEL_SPACE || is_full(attempt))
		return true;
	if (!add(attempt, entry, &mapping))
		return false;
	return (mapping->start == start && mapping->end - 1 == last) || changed(attempt);
}

/* All mappings below a node that covers [start, last]. */
static bool walk_node(struct attempt *attempt, uint64_t pointer, uint64_t start, uint64_t last,
		      unsigned int depth)
{
	struct node node = {0};

	if (depth == DEPTH)
		return changed(attempt);
	if (!read_node(attempt, pointer, &node))
		return false;
	for (uint32_t i = 0; i < node.slots && !attempt->mappings->cut; i++) {
		bool is_last = i + 1 == node.slots || (i && !node.pivot[i]) ||
			       node.pivot[i] >= last;
		uint64_t end = is_last ? last : node.pivot[i];
		bool ok = true;

		if (end < start)
			return changed(attempt);
		if (node.leaf)
			ok = add_entry(attempt, node.slot[i], start, end);
		else if (node.slot[i])
			ok = walk_node(attempt, node.slot[i], start, end, depth + 1);
		if (!ok)
			return false;
		if (is_last)
			break;
		start = end + 1;
	}
	return true;
}

static bool walk_tree(struct attempt *attempt)
{
	uint64_t root = 0;

	if (!read_word(attempt, attempt->mm + attempt->layout->first, &root))
		return false;
	if (!root)
		return true;
	if ((root & 3) != 2 || root < PX_LINUX_KERNEL_SPACE)
		return changed(attempt);
	return walk_node(attempt, root, 0, UINT64_MAX, 0);
}

/* --- all of it ---------------------------------------------------------------------------- */

static bool attempt_once(struct attempt *attempt)
{
	const struct px_linux_mm_layout *l = attempt->layout;
	uint64_t mm = attempt->mm;

	px_linux_mappings_fini(attempt->mappings);
	attempt->reads = 0;
	attempt->file = 0;
	attempt->outcome = PX_LINUX_MM_OK;
	if (!read_word(attempt, mm + l->brk, &attempt->brk) ||
	    !read_word(attempt, mm + l->start_brk, &attempt->start_brk) ||
	    !read_word(attempt, mm + l->start_stack, &attempt->start_stack) ||
	    (l->have_vdso && !read_word(attempt, mm + l->vdso, &attempt->vdso)))
		return false;
	return l->maple ? walk_tree(attempt) : walk_list(attempt);
}

struct px_error *px_linux_mm_read(const struct px_linux_mm_layout *layout,
				  const struct px_linux_reader *reader, uint64_t mm,
				  bool all_paths, struct px_linux_mappings *ret,
				  enum px_linux_mm_outcome *outcome_ret)
{
	struct attempt *attempt px_cleanup(px_freep) = NULL;
	struct px_error *err = px_calloc(1, sizeof(*attempt), &attempt);
	bool ok = false;

	px_linux_mappings_fini(ret);
	if (err)
		return err;
	attempt->layout = layout;
	attempt->from = reader;
	attempt->reader = (struct px_linux_reader){counted_read, attempt};
	attempt->mm = mm;
	attempt->all_paths = all_paths;
	attempt->mappings = ret;
	attempt->outcome = PX_LINUX_MM_UNREADABLE;
	for (int i = 0; layout->known && !ok && !attempt->err && i < TRIES; i++)
		ok = attempt_once(attempt);
	if (!ok)
		px_linux_mappings_fini(ret);
	if (attempt->err)
		return attempt->err;
	*outcome_ret = attempt->outcome;
	return NULL;
}

bool px_linux_mm_signature(const struct px_linux_mm_layout *layout,
			   const struct px_linux_reader *reader, uint64_t mm, uint64_t *ret)
{
	uint64_t exec_vm = 0, start_code = 0;

	if (!layout->known ||
	    !px_linux_read(reader, mm + layout->exec_vm, &exec_vm, sizeof(exec_vm)) ||
	    !px_linux_read(reader, mm + layout->start_code, &start_code, sizeof(start_code)))
		return false;
	*ret = start_code ^ exec_vm; /* one is page-aligned mostly, the other small */
	return true;
}

bool px_linux_mm_vdso_image(const struct px_linux_mm_layout *layout,
			    const struct px_linux_reader *reader, uint64_t mm,
			    uint64_t *address_ret, uint64_t *size_ret)
{
	uint64_t image = 0, data = 0, size = 0;

	if (!layout->known || !layout->have_vdso ||
	    !px_linux_read(reader, mm + layout->vdso_image, &image, sizeof(image)) ||
	    image < PX_LINUX_KERNEL_SPACE ||
	    !px_linux_read(reader, image + layout->image_data, &data, sizeof(data)) ||
	    !px_linux_read(reader, image + layout->image_size, &size, sizeof(size)) ||
	    data < PX_LINUX_KERNEL_SPACE)
		return false;
	*address_ret = data;
	*size_ret = size;
	return true;
}
