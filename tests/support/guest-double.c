/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The double. Its frames are the pages of a memory file: a mapping of frames is a mapping of
 * that file, page by page into reserved addresses, so that holes fault and writes do as well.
 */
#include "tests/support/guest-double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMORY_SIZE   ((size_t)PX_DOUBLE_FRAMES * PX_PAGE_SIZE)
#define ENTRY_PRESENT UINT64_C(1)
#define ENTRY_LARGE   UINT64_C(0x80)
#define ENTRY_FLAGS                                                            \
	UINT64_C(0x8000000000000063) /* no-execute, dirty, accessed, writable, \
					 present */
#define ENTRY_FRAME	 UINT64_C(0x000ffffffffff000)
#define ENTRY_NO_EXECUTE (UINT64_C(1) << 63)

/* Whatever the build: a test that is wrong must not pass. */
static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "guest-double: %s\n", what);
	abort();
}

static struct px_guest_double *double_of(struct px_guest *guest)
{
	return (struct px_guest_double *)guest;
}

/* --- failing --------------------------------------------------------------------------------
 */

static bool is_due(unsigned int *countdown)
{
	return *countdown && --*countdown == 0;
}

static struct px_error *check_alive(struct px_guest_double *guest)
{
	if (guest->die > 1)
		guest->die--;
	else if (guest->die == 1)
		guest->guest.domain.dying = true;
	if (guest->guest.domain.dying)
		return px_error_new(PX_ERR_DOMAIN_GONE, "domain double is gone");
	return NULL;
}

static struct px_error *check_call(struct px_guest_double *guest, unsigned int *countdown,
				   const char *what)
{
	struct px_error *err = check_alive(guest);

	if (!err && is_due(countdown))
		err = px_error_new(PX_ERR_OTHER, "%s fails as it was told to", what);
	return err;
}

/* --- operations -----------------------------------------------------------------------------
 */

static struct px_error *double_domain(struct px_guest *base, struct px_domain *ret)
{
	struct px_error *err = check_alive(double_of(base));

	if (err)
		return err;
	base->domain.paused = double_of(base)->pauses > 0;
	base->domain.memory_kib = double_of(base)->memory_kib;
	*ret = base->domain;
	return NULL;
}

static struct px_error *double_gather(struct px_guest *base, bool pause, struct px_vcpu *vcpus,
				      uint32_t count)
{
	struct px_guest_double *guest = double_of(base);
	struct px_error *err = check_call(guest, &guest->fail_gather, "gather");

	if (err)
		return err;
	must(count == base->domain.vcpus, "gather with another number of vCPUs than slots");
	must(!pause || !guest->held, "gather with pause twice without resume");
	memcpy(vcpus, guest->vcpus, count * sizeof(*vcpus));
	if (pause) {
		guest->pauses++;
		guest->held = true;
	}
	base->counts.hypercalls += 2 * count + (pause ? 1 : 0);
	base->counts.ioctls++;
	guest->gathers++;
	if (guest->moved)
		guest->moved(guest, guest->moved_context);
	return NULL;
}

static struct px_error *double_resume(struct px_guest *base)
{
	struct px_guest_double *guest = double_of(base);
	struct px_error *err = check_call(guest, &guest->fail_resume, "resume");

	if (err || !guest->held)
		return err;
	must(guest->pauses > 0, "the pause that is held was undone by others");
	guest->pauses--;
	guest->held = false;
	base->counts.hypercalls++;
	base->counts.ioctls++;
	guest->resumes++;
	return NULL;
}

static struct px_error *double_start_guard(struct px_guest *base, uint64_t limit_ns)
{
	return check_alive(double_of(base));
}

static struct px_error *double_successor(struct px_guest *base, uint32_t *ret)
{
	struct px_guest_double *guest = double_of(base);

	if (guest->successor_after)
		guest->successor_after--;
	*ret = guest->successor_after ? 0 : guest->successor;
	return NULL;
}

static struct px_error *double_entry(struct px_guest *base, uint32_t vcpu,
				     struct px_vcpu_entry *ret)
{
	struct px_guest_double *guest = double_of(base);
	struct px_error *err = check_call(guest, &guest->fail_entry, "entry");

	if (err)
		return err;
	must(vcpu < base->domain.vcpus, "entry of a vCPU that does not exist");
	*ret = guest->entries[vcpu];
	return NULL;
}

static struct px_error *double_map(struct px_guest *base, const px_frame_number *frames,
				   size_t count, const uint8_t **ret, bool *mapped_ret)
{
	struct px_guest_double *guest = double_of(base);
	struct px_error *err = check_call(guest, &guest->fail_map, "map");
	size_t mapped = 0;
	uint8_t *pages;

	if (err)
		return err;
	must(count > 0 && count <= PX_MAP_MAX, "map of no frame or of too many");
	pages = mmap(NULL, count * PX_PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(pages != MAP_FAILED, "out of memory");
	for (size_t i = 0; i < count; i++) {
		mapped_ret[i] = frames[i].value > 0 && frames[i].value < guest->next_frame;
		if (!mapped_ret[i])
			continue;
		must(mmap(pages + i * PX_PAGE_SIZE, PX_PAGE_SIZE, PROT_READ,
			  MAP_SHARED | MAP_FIXED, guest->memory_fd,
			  (off_t)(frames[i].value * PX_PAGE_SIZE)) != MAP_FAILED,
		     "out of memory");
		mapped++;
	}
	base->counts.mapped_pages += mapped;
	guest->maps++;
	if (mapped == 0) {
		munmap(pages, count * PX_PAGE_SIZE);
		*ret = NULL;
		return NULL;
	}
	guest->mapped_now += count;
	*ret = pages;
	return NULL;
}

static void double_unmap(struct px_guest *base, const uint8_t *pages, size_t count)
{
	must(double_of(base)->mapped_now >= count, "unmap of more than was mapped");
	double_of(base)->mapped_now -= count;
	munmap((void *)(uintptr_t)pages, count * PX_PAGE_SIZE);
}

static void double_close(struct px_guest *base)
{
	struct px_guest_double *guest = double_of(base);

	must(guest->mapped_now == 0, "closed with pages still mapped");
	munmap(guest->memory, MEMORY_SIZE);
	close(guest->memory_fd);
	free(guest);
}

static const struct px_guest_ops double_ops = {
	.domain = double_domain,
	.gather = double_gather,
	.resume = double_resume,
	.start_guard = double_start_guard,
	.successor = double_successor,
	.entry = double_entry,
	.map = double_map,
	.unmap = double_unmap,
	.close = double_close,
};

/* --- building -------------------------------------------------------------------------------
 */

struct px_guest_double *px_guest_double_new(enum px_guest_type type, uint32_t vcpus)
{
	struct px_guest_double *guest = calloc(1, sizeof(*guest));

	must(guest && vcpus > 0 && vcpus <= PX_DOUBLE_VCPUS, "no memory, or too many vCPUs");
	guest->guest.ops = &double_ops;
	guest->guest.domain = (struct px_domain){
		.id = 7,
		.type = type,
		.vcpus = vcpus,
		.online_vcpus = vcpus,
		.memory_kib = MEMORY_SIZE / 1024,
		.name = "double",
	};
	guest->memory_kib = guest->guest.domain.memory_kib;
	for (uint32_t i = 0; i < vcpus; i++)
		guest->vcpus[i].state = PX_VCPU_OFFLINE;
	guest->memory_fd = memfd_create("guest-double", MFD_CLOEXEC);
	must(guest->memory_fd >= 0 && ftruncate(guest->memory_fd, (off_t)MEMORY_SIZE) == 0,
	     "no memory file");
	guest->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			     guest->memory_fd, 0);
	must(guest->memory != MAP_FAILED, "out of memory");
	guest->next_frame = 1; /* so that an empty entry's frame is never there */
	return guest;
}

px_frame_number px_guest_double_frames(struct px_guest_double *guest, size_t count)
{
	uint64_t first = (guest->next_frame + count - 1) / count * count;

	must(first + count <= PX_DOUBLE_FRAMES, "out of frames");
	guest->next_frame = first + count;
	return px_frame_number_of(first);
}

void *px_guest_double_page(struct px_guest_double *guest, px_frame_number frame)
{
	must(frame.value > 0 && frame.value < guest->next_frame, "no such frame");
	return guest->memory + frame.value * PX_PAGE_SIZE;
}

px_root px_guest_double_root(struct px_guest_double *guest)
{
	return px_root_of(px_guest_double_frames(guest, 1).value);
}

static uint64_t *entry_at(struct px_guest_double *guest, uint64_t table, uint64_t address,
			  unsigned int level)
{
	uint64_t *entries = px_guest_double_page(guest, px_frame_number_of(table));

	return &entries[address >> (12 + 9 * (level - 1)) & 511];
}

static unsigned int levels_of(enum px_paging paging)
{
	must(paging == PX_PAGING_4_LEVEL || paging == PX_PAGING_5_LEVEL, "no long mode");
	return paging == PX_PAGING_5_LEVEL ? 5 : 4;
}

struct leaf {
	uint64_t *entry; /* NULL: a table on the way is missing */
	unsigned int level;
};

/* The entry at the given level that maps address, or that of a large page above it. */
static struct leaf find_leaf(struct px_guest_double *guest, enum px_paging paging, px_root root,
			     uint64_t address, unsigned int leaf_level, bool make)
{
	uint64_t table = root.frame;

	for (unsigned int level = levels_of(paging); level > leaf_level; level--) {
		uint64_t *entry = entry_at(guest, table, address, level);

		if (*entry & ENTRY_LARGE)
			return (struct leaf){entry, level};
		if (!(*entry & ENTRY_PRESENT) && !make)
			return (struct leaf){NULL, level};
		if (!(*entry & ENTRY_PRESENT))
			*entry = px_guest_double_frames(guest, 1).value * PX_PAGE_SIZE |
				 ENTRY_FLAGS;
		table = (*entry & ENTRY_FRAME) / PX_PAGE_SIZE;
	}
	return (struct leaf){entry_at(guest, table, address, leaf_level), leaf_level};
}

void px_guest_double_map(struct px_guest_double *guest, enum px_paging paging, px_root root,
			 uint64_t address, px_frame_number frame, enum px_page_size size)
{
	unsigned int level = (unsigned int)(size - 12) / 9 + 1;
	struct leaf leaf = find_leaf(guest, paging, root, address, level, true);

	must(leaf.level == level, "a page inside a larger one");
	must(level == 1 || !(*leaf.entry & ENTRY_PRESENT), "a large page over small ones");
	must(frame.value % (UINT64_C(1) << (size - 12)) == 0, "an unaligned large page");
	*leaf.entry = frame.value * PX_PAGE_SIZE | ENTRY_FLAGS | (level > 1 ? ENTRY_LARGE : 0);
}

void px_guest_double_unmap(struct px_guest_double *guest, enum px_paging paging, px_root root,
			   uint64_t address)
{
	struct leaf leaf = find_leaf(guest, paging, root, address, 1, false);

	must(leaf.entry && *leaf.entry & ENTRY_PRESENT, "unmap of what is not mapped");
	*leaf.entry &= ~ENTRY_PRESENT;
}

void px_guest_double_allow_code(struct px_guest_double *guest, enum px_paging paging,
				px_root root, uint64_t address)
{
	struct leaf leaf = find_leaf(guest, paging, root, address, 1, false);

	must(leaf.entry && *leaf.entry & ENTRY_PRESENT, "code that is not mapped");
	for (unsigned int level = levels_of(paging); level >= leaf.level; level--)
		*find_leaf(guest, paging, root, address, level, false).entry &=
			~ENTRY_NO_EXECUTE;
}

void px_guest_double_share(struct px_guest_double *guest, enum px_paging paging, px_root from,
			   px_root to, uint64_t address)
{
	unsigned int level = levels_of(paging);

	*entry_at(guest, to.frame, address, level) =
		*entry_at(guest, from.frame, address, level);
}

/* Where the byte at address is, mapping a fresh page for it if need be. */
static uint8_t *byte_at(struct px_guest_double *guest, enum px_paging paging, px_root root,
			uint64_t address)
{
	struct leaf leaf = find_leaf(guest, paging, root, address, 1, true);
	uint64_t inside = (UINT64_C(1) << (12 + 9 * (leaf.level - 1))) - 1;

	if (!(*leaf.entry & ENTRY_PRESENT))
		*leaf.entry = px_guest_double_frames(guest, 1).value * PX_PAGE_SIZE |
			      ENTRY_FLAGS;
	return guest->memory + (*leaf.entry & ENTRY_FRAME & ~inside) + (address & inside);
}

void px_guest_double_write(struct px_guest_double *guest, enum px_paging paging, px_root root,
			   uint64_t address, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	for (size_t done = 0, part; done < size; done += part) {
		uint64_t to = address + done;

		part = PX_PAGE_SIZE - to % PX_PAGE_SIZE;
		part = part < size - done ? part : size - done;
		memcpy(byte_at(guest, paging, root, to), from + done, part);
	}
}

void px_guest_double_write_word(struct px_guest_double *guest, enum px_paging paging,
				px_root root, uint64_t address, uint64_t word)
{
	px_guest_double_write(guest, paging, root, address, &word, sizeof(word));
}

void px_guest_double_run(struct px_guest_double *guest, uint32_t vcpu, enum px_paging paging,
			 px_root root, uint64_t ip, uint64_t sp)
{
	struct px_vcpu *to = &guest->vcpus[vcpu];

	must(vcpu < guest->guest.domain.vcpus, "no such vCPU");
	*to = (struct px_vcpu){
		.state = PX_VCPU_RUNNING,
		.have_context = true,
		.cs = ip >> 63 ? 0x10 : 0x33,
		.kernel_mode = ip >> 63,
		.paging = paging,
		.kernel_root = root,
		.user_root = root,
	};
	to->regs.reg[PX_REG_IP] = ip;
	to->regs.reg[PX_REG_SP] = sp;
	to->regs.valid = (1u << PX_REGS) - 1;
}
