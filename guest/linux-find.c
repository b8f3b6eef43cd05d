/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding a kernel: the extent of its image, then a walk through its read-only data. */
#include "guest/linux-find.h"

#include <string.h>

#include "guest/linux-entry.h"

#define CHUNK ((uint64_t)2 << 20) /* of a large page, and of one batch of mappings */

/* How far the image may reach from an entry point, and how large a hole in it may be: the
 * initial sections of kernels built for debugging are half as large. */
#define BELOW_MAX ((uint64_t)64 << 20)
#define ABOVE_MAX ((uint64_t)128 << 20)
#define HOLE_MAX  ((uint64_t)16 << 20)

#define WINDOW_MAX ((size_t)96 << 20)

/* Beyond this nothing belongs to a token table. */
#define TAIL_MAX (CHUNK + 65536 + PX_KALLSYMS_TAIL_MAX)

/* Entry points that are looked at before giving up, of whichever vCPUs. */
#define TRIES_MAX 8

struct find {
	struct px_linux_found found;
	unsigned int tries;
	uint64_t from;		/* where window begins */
	bool tokens_known, fit; /* kallsyms: where they are, and that they can be read */
	size_t tokens;		/* in window */
	size_t searched;	/* of window, for tokens */
};

/* --- the extent --------------------------------------------------------------------------- */

static bool chunk_is_mapped(const struct px_address_space *space, uint64_t chunk)
{
	for (uint64_t at = 0; at < CHUNK; at += PX_PAGE_SIZE)
		if (px_address_space_has(space, chunk + at))
			return true;
	return false;
}

/* Text has no holes. */
static uint64_t find_start(const struct px_address_space *space, uint64_t entry)
{
	uint64_t start = entry & ~(CHUNK - 1), lowest = start - BELOW_MAX;

	lowest = px_max(lowest, PX_LINUX_IMAGE_SPACE);
	while (start > lowest && chunk_is_mapped(space, start - CHUNK))
		start -= CHUNK;
	return start;
}

static uint64_t find_end(const struct px_address_space *space, uint64_t entry)
{
	uint64_t chunk = entry & ~(CHUNK - 1), end = chunk;
	uint64_t highest = chunk + px_min(ABOVE_MAX, -chunk - CHUNK);

	for (; chunk < highest && chunk - end <= HOLE_MAX; chunk += CHUNK)
		if (chunk_is_mapped(space, chunk))
			end = chunk + CHUNK;
	return end;
}

/* --- the contents ------------------------------------------------------------------------- */

static bool read_window(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct find *f = context;
	struct px_bytes part;

	if (address < f->from ||
	    !px_bytes_slice(px_buffer_bytes(&f->found.window), address - f->from, size, &part))
		return false;
	memcpy(buffer, part.data, size);
	return true;
}

/* Look for what is still missing in the last chunk, and the page before it. */
static void look_for_identity(struct find *f, uint64_t chunk, size_t size)
{
	struct px_linux_reader reader = {.read = read_window, .context = f};
	struct px_linux_identity *known = &f->found.identity, more = {0};
	uint64_t start = chunk > f->from ? chunk - PX_PAGE_SIZE : chunk;

	if ((known->banner && known->note) ||
	    !px_linux_identity_scan(&reader, start, chunk + size - start, &more))
		return;
	if (!known->banner) {
		memcpy(known->release, more.release, sizeof(known->release));
		known->banner = more.banner;
	}
	if (!known->note) {
		known->build_id = more.build_id;
		known->note = more.note;
	}
}

static struct px_error *read_kallsyms(struct find *f)
{
	return px_linux_kallsyms_init(px_buffer_bytes(&f->found.window), f->from, f->tokens,
				      &f->found.kallsyms);
}

/* A token table that lies across the end of the window is seen whole the next time. What
 * follows it may be missing yet. */
static void look_for_kallsyms(struct find *f)
{
	struct px_bytes window = px_buffer_bytes(&f->found.window);
	struct px_error *err;

	if (!f->tokens_known) {
		f->tokens_known = px_linux_kallsyms_find(window, f->searched, &f->tokens);
		f->searched = window.size > CHUNK ? window.size - CHUNK / 2 : 0;
	}
	if (!f->tokens_known || f->fit || window.size - f->tokens > TAIL_MAX)
		return;
	err = read_kallsyms(f);
	f->fit = !err;
	px_error_free(err);
}

static bool is_complete(const struct find *f)
{
	return f->fit && f->found.identity.banner && f->found.identity.note;
}

static struct px_error *read_chunk(struct find *f, uint64_t chunk, size_t size)
{
	struct px_buffer *window = &f->found.window;
	size_t offset = window->size, missing = 0;
	struct px_error *err;

	px_buffer_zero(window, size);
	if (window->failed)
		return &px_error_no_memory;
	err = px_address_space_copy(&f->found.space, chunk, window->data + offset, size,
				    &missing);
	if (err)
		return err;
	look_for_identity(f, chunk, size);
	look_for_kallsyms(f);
	return NULL;
}

/* The end of code from address on, in whole large pages. Where nothing is marked as data, as
 * during the boot, this is the end of the image. */
static uint64_t skip_code(const struct find *f, uint64_t address)
{
	const struct px_address_space *space = &f->found.space;
	uint64_t chunk = address & ~(CHUNK - 1);

	while (chunk < f->found.end &&
	       px_address_space_has_code(space, px_max(chunk, address)) &&
	       px_address_space_has_code(space, chunk + CHUNK - PX_PAGE_SIZE))
		chunk += CHUNK;
	return px_max(chunk, address);
}

static struct px_error *walk(struct find *f, uint64_t from)
{
	struct px_error *err = NULL;

	f->from = from;
	for (uint64_t at = f->from, next; at < f->found.end && !err && !is_complete(f);
	     at = next) {
		next = px_min((at & ~(CHUNK - 1)) + CHUNK, f->found.end);
		if (next - f->from > WINDOW_MAX)
			break;
		err = read_chunk(f, at, next - at);
	}
	if (err || !f->fit)
		return err;
	/* Its parts are pointers into the window, which has moved as it grew. */
	f->found.have_kallsyms = true;
	return read_kallsyms(f);
}

/* Behind the code, or, where that does not lead to a kernel, from the entry point on. */
static struct px_error *walk_data(struct find *f, uint64_t entry)
{
	uint64_t page = entry & ~(uint64_t)(PX_PAGE_SIZE - 1);
	struct px_error *err = walk(f, skip_code(f, page));

	if (err || f->found.identity.banner || f->from == page)
		return err;
	px_linux_found_fini(&f->found);
	f->tokens_known = f->fit = false;
	f->searched = 0;
	return walk(f, page);
}

/* --- all of it ---------------------------------------------------------------------------- */

static struct px_error *try_address(struct find *f, const struct px_address_space *space,
				    uint64_t address)
{
	unsigned int tries = f->tries + 1;

	px_linux_found_fini(&f->found);
	*f = (struct find){.tries = tries};
	f->found.space = *space;
	f->found.start = find_start(space, address);
	f->found.end = find_end(space, address);
	return walk_data(f, address);
}

static struct px_error *try_entry(void *context, const struct px_linux_entry *entry,
				  bool *done_ret)
{
	const uint64_t addresses[] = {entry->syscall, entry->page_fault, entry->event_callback};
	struct find *f = context;
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(addresses) && !err && !*done_ret; i++) {
		if (!addresses[i] || f->tries == TRIES_MAX)
			continue;
		err = try_address(f, &entry->space, addresses[i]);
		*done_ret = !err && f->found.identity.banner;
	}
	return err;
}

struct px_error *px_linux_find(struct px_guest *guest, struct px_memory *memory,
			       struct px_linux_found *ret)
{
	struct px_linux_sight sight = {0};
	struct find f = {0};
	struct px_error *err;
	bool found = false;

	err = px_linux_each_entry(guest, memory, try_entry, &f, &sight, &found);
	if (!err && !found)
		err = px_linux_check_sight(&sight);
	if (!err && !found)
		err = px_error_new(PX_ERR_NOT_FOUND,
				   "no Linux kernel found around the guest's system call entry "
				   "0x%llx: it is not Linux, or its memory cannot be read",
				   (unsigned long long)sight.entry);
	if (err) {
		px_linux_found_fini(&f.found);
		return err;
	}
	*ret = f.found;
	return NULL;
}

void px_linux_found_fini(struct px_linux_found *found)
{
	px_buffer_fini(&found->window);
	found->have_kallsyms = false;
}
