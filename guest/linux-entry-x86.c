/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry points of a kernel on x86-64: the system call entry (MSR_LSTAR) and the page fault
 * handler in the IDT, or for a PV guest the callbacks that it registered with Xen. LSTAR lies
 * outside the kernel's text in kernels before 4.20 with page-table isolation: then the IDT is
 * all there is.
 */
#include "guest/linux-entry.h"

#include <string.h>

#include "lib/memory.h"
#include "lib/stop.h"

#define PAGE_FAULT 14

/* The process whose page tables we use may exit meanwhile; the vCPU then takes up another. */
#define ATTEMPTS 4
#define WAIT_NS	 UINT64_C(2000000) /* doubled each time */

static uint64_t in_image_space(uint64_t address)
{
	return address >= PX_LINUX_IMAGE_SPACE ? address : 0;
}

static uint64_t idt_handler(const struct px_address_space *space, uint64_t idt_base,
			    unsigned int vector)
{
	uint8_t gate[16]; /* Intel SDM volume 3, figure 6-8 */
	uint16_t low, middle;
	uint32_t high;

	if (!idt_base ||
	    !px_address_space_read(space, idt_base + vector * sizeof(gate), gate, sizeof(gate)))
		return 0;
	memcpy(&low, gate, sizeof(low));
	memcpy(&middle, gate + 6, sizeof(middle));
	memcpy(&high, gate + 8, sizeof(high));
	return (uint64_t)high << 32 | (uint64_t)middle << 16 | low;
}

static bool is_long_mode(enum px_paging paging)
{
	return paging == PX_PAGING_4_LEVEL || paging == PX_PAGING_5_LEVEL;
}

/* Fill in the entry points of a vCPU; entry->space is set. */
static struct px_error *read_entry(uint32_t vcpu, struct px_linux_entry *entry)
{
	struct px_guest *guest = entry->space.guest;
	struct px_vcpu_entry raw = {0};
	struct px_error *err = guest->ops->entry(guest, vcpu, &raw);

	if (err)
		return err;
	entry->syscall = in_image_space(raw.lstar);
	entry->event_callback = in_image_space(raw.event_callback);
	entry->page_fault =
		in_image_space(idt_handler(&entry->space, raw.idt_base, PAGE_FAULT));
	return NULL;
}

static uint64_t any_of(const struct px_linux_entry *entry)
{
	if (entry->syscall)
		return entry->syscall;
	return entry->page_fault ? entry->page_fault : entry->event_callback;
}

struct search {
	struct px_guest *guest;
	struct px_memory *memory;
	struct px_error *(*each)(void *context, const struct px_linux_entry *entry,
				 bool *done_ret);
	void *context;
	struct px_linux_sight sight;
	bool found;
};

static struct px_error *look_at(struct search *s, uint32_t i, const struct px_vcpu *vcpu)
{
	struct px_linux_entry entry = {
		.space = {.guest = s->guest,
			  .memory = s->memory,
			  .paging = vcpu->paging,
			  .root = vcpu->kernel_root},
	};
	struct px_error *err;

	if (!vcpu->have_context)
		return NULL;
	s->sight.context = true;
	if (!is_long_mode(vcpu->paging))
		return NULL;
	s->sight.long_mode = true;
	err = read_entry(i, &entry);
	if (err || !any_of(&entry))
		return err;
	if (!s->sight.entry)
		s->sight.entry = any_of(&entry);
	return s->each(s->context, &entry, &s->found);
}

/* One pass over the vCPUs. */
static struct px_error *pass(struct search *s, struct px_vcpu *vcpus, uint32_t count)
{
	struct px_error *err = s->guest->ops->gather(s->guest, false, vcpus, count);

	for (uint32_t i = 0; !err && !s->found && i < count; i++)
		err = look_at(s, i, &vcpus[i]);
	return err;
}

struct px_error *
px_linux_each_entry(struct px_guest *guest, struct px_memory *memory,
		    struct px_error *(*each)(void *context, const struct px_linux_entry *entry,
					     bool *done_ret),
		    void *context, struct px_linux_sight *sight_ret, bool *found_ret)
{
	struct search s = {.guest = guest, .memory = memory, .each = each, .context = context};
	px_cleanup(px_freep) struct px_vcpu *vcpus = NULL;
	uint32_t count = guest->domain.vcpus;
	struct px_error *err = px_calloc(count, sizeof(*vcpus), &vcpus);

	for (unsigned int i = 0; !err && !s.found && i < ATTEMPTS; i++) {
		if (i)
			err = px_stop_sleep(WAIT_NS << (i - 1));
		px_memory_new_generation(memory);
		if (!err)
			err = pass(&s, vcpus, count);
	}
	if (err)
		return err;
	*sight_ret = s.sight;
	*found_ret = s.found;
	return NULL;
}

struct px_error *px_linux_check_sight(const struct px_linux_sight *sight)
{
	if (!sight->context)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no kernel found: none of the guest's vCPUs is online");
	if (!sight->long_mode)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no 64-bit kernel is running in the guest: it is still "
				    "booting, or a 32-bit one");
	if (!sight->entry)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "the guest has set up no Linux system call entry: it is "
				    "still booting, or not Linux");
	return NULL;
}

bool px_linux_switch_root(struct px_address_space *space, uint64_t tables, uint64_t banner)
{
	static const char start[] = "Linux version ";
	struct px_address_space own = *space;
	px_frame_number frame;
	char text[sizeof(start) - 1];

	if (px_memory_translate(space->memory, space->paging, space->root, px_gva_of(tables),
				&frame) != PX_READ_OK)
		return false;
	own.root = px_root_of(frame.value);
	/* The next read shall go through the new root. */
	px_memory_new_generation(space->memory);
	if (!px_address_space_read(&own, banner, text, sizeof(text)) ||
	    memcmp(text, start, sizeof(text)))
		return false;
	*space = own;
	return true;
}
