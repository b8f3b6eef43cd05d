/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparing an image with a guest's memory.
 *
 * Unikernels seldom have a build-id, and where they have one it need not be loaded. But code is
 * not relocated and hardly ever changed after it was linked, so that its bytes tell as well:
 * where it begins, and where the vCPUs are, which is in code that another build has elsewhere.
 */
#include "guest/unikernel-check.h"

#include <stdio.h>
#include <string.h>

#include "guest/address-space.h"
#include "lib/memory.h"
#include "symbolize/build-id.h"

enum {
	NOTES_MAX = 4096,
	AROUND_IP = 64, /* bytes that are compared of code that may be written to */
	SHOWN = 8,	/* bytes of each side in a message */
	HEX = 3 * SHOWN + 1,
	IPS_MAX = 64, /* vCPUs that are looked at */
};

struct check {
	struct px_elf_image *image;
	struct px_address_space space;
	uint64_t ips[IPS_MAX];
	size_t ip_count;
};

/* --- where the guest is ------------------------------------------------------------------- */

static bool is_long_mode(enum px_paging paging)
{
	return paging == PX_PAGING_4_LEVEL || paging == PX_PAGING_5_LEVEL;
}

/* There is one address space: that of any vCPU. */
static struct px_error *take_vcpus(const struct px_vcpu *vcpus, uint32_t count,
				   struct check *check)
{
	bool online = false;

	for (uint32_t i = 0; i < count; i++) {
		online |= vcpus[i].have_context;
		if (!vcpus[i].have_context || !is_long_mode(vcpus[i].paging))
			continue;
		check->space.paging = vcpus[i].paging;
		check->space.root = vcpus[i].kernel_root;
		if (check->ip_count < IPS_MAX)
			check->ips[check->ip_count++] = vcpus[i].regs.reg[PX_REG_IP];
	}
	if (!online)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no program runs: none of the guest's vCPUs is online");
	if (!check->ip_count)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no 64-bit program is running in the guest: it is still "
				    "booting, or a 32-bit one, which is not supported");
	return NULL;
}

static struct px_error *find_vcpus(struct px_guest *guest, struct check *check)
{
	px_cleanup(px_freep) struct px_vcpu *vcpus = NULL;
	uint32_t count = guest->domain.vcpus;
	struct px_error *err = px_calloc(count, sizeof(*vcpus), &vcpus);

	if (!err)
		err = guest->ops->gather(guest, false, vcpus, count);
	return err ? err : take_vcpus(vcpus, count, check);
}

/* --- build-ids ---------------------------------------------------------------------------- */

/* The note's bytes in the guest; false when the image has none or does not load it. */
static bool guest_build_id(struct check *check, struct px_build_id *ret)
{
	struct px_elf_section section = {0};
	uint8_t notes[NOTES_MAX];
	struct px_error *err px_cleanup(px_error_freep) =
		px_elf_image_section(check->image, ".note.gnu.build-id", &section);

	return !err && section.address && section.size <= sizeof(notes) &&
	       px_address_space_read(&check->space, section.address, notes, section.size) &&
	       px_build_id_from_notes(px_bytes_of(notes, section.size), ret);
}

static struct px_error *check_build_id(struct check *check)
{
	const struct px_build_id *ours = px_elf_image_build_id(check->image);
	struct px_build_id theirs = {0};
	char our_hex[PX_BUILD_ID_HEX], their_hex[PX_BUILD_ID_HEX];

	if (!ours->size || !guest_build_id(check, &theirs) || px_build_id_equal(ours, &theirs))
		return NULL;
	return px_error_new(PX_ERR_MISMATCH,
			    "%s is not what the guest runs: build-id %s in the file, %s in the "
			    "guest; give the image that the guest was started with",
			    px_elf_image_name(check->image), px_build_id_hex(ours, our_hex),
			    px_build_id_hex(&theirs, their_hex));
}

/* --- code --------------------------------------------------------------------------------- */

static const char *hex(struct px_bytes bytes, size_t at, char text[HEX])
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = at; i < bytes.size && i < at + SHOWN; i++)
		length += (size_t)snprintf(text + length, HEX - length, "%s%02x",
					   length ? " " : "", bytes.data[i]);
	return text;
}

static struct px_error *differs(const struct check *check, uint64_t address,
				struct px_bytes ours, struct px_bytes theirs)
{
	char our_hex[HEX], their_hex[HEX];
	size_t at = 0;

	while (at + 1 < ours.size && ours.data[at] == theirs.data[at])
		at++;
	return px_error_new(PX_ERR_MISMATCH,
			    "%s is not what the guest runs: at 0x%llx the file has %s, the "
			    "guest %s; give the image that the guest was started with",
			    px_elf_image_name(check->image), (unsigned long long)(address + at),
			    hex(ours, at, our_hex), hex(theirs, at, their_hex));
}

static bool is_uniform(struct px_bytes bytes)
{
	return bytes.size < 2 || !memcmp(bytes.data, bytes.data + 1, bytes.size - 1);
}

/* At most a page. */
static struct px_error *compare(struct check *check, uint64_t address, uint64_t size)
{
	uint8_t buffer[PX_PAGE_SIZE];
	struct px_bytes ours, theirs = px_bytes_of(buffer, size);

	if (!px_elf_image_rest(check->image, address, &ours) ||
	    !px_bytes_slice(ours, 0, size, &ours) || is_uniform(ours))
		return NULL;
	if (!px_address_space_read(&check->space, address, buffer, size))
		return px_error_new(PX_ERR_MISMATCH,
				    "%s is not what the guest runs: the guest has nothing at "
				    "0x%llx, where the file has code; give the image that the "
				    "guest was started with",
				    px_elf_image_name(check->image),
				    (unsigned long long)address);
	return memcmp(ours.data, buffer, size) ? differs(check, address, ours, theirs) : NULL;
}

/* What is compared of a segment around an IP in it: [*start_ret, *end_ret) in its file part. */
static void around(const struct px_elf_segment *segment, uint64_t ip, uint64_t *start_ret,
		   uint64_t *end_ret)
{
	uint64_t size = segment->writable ? AROUND_IP : PX_PAGE_SIZE;
	uint64_t start = segment->writable && ip >= AROUND_IP / 2 ? ip - AROUND_IP / 2
								  : ip - ip % size;

	*start_ret = px_max(start, segment->address);
	*end_ret = px_min(start + size, segment->address + segment->file_size);
}

static struct px_error *compare_segment(struct check *check,
					const struct px_elf_segment *segment)
{
	uint64_t start, end;
	struct px_error *err = NULL;

	if (!segment->writable)
		err = compare(check, segment->address,
			      px_min(segment->file_size,
				     PX_PAGE_SIZE - segment->address % PX_PAGE_SIZE));
	for (size_t i = 0; !err && i < check->ip_count; i++) {
		if (check->ips[i] < segment->address ||
		    check->ips[i] - segment->address >= segment->file_size)
			continue;
		around(segment, check->ips[i], &start, &end);
		err = compare(check, start, end - start);
	}
	return err;
}

struct px_error *px_unikernel_check(struct px_guest *guest, struct px_memory *memory,
				    struct px_elf_image *image)
{
	struct check check = {.image = image, .space = {.guest = guest, .memory = memory}};
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	struct px_error *err = find_vcpus(guest, &check);

	if (!err) {
		px_memory_new_generation(memory);
		err = check_build_id(&check);
	}
	for (size_t i = 0; !err && i < count; i++)
		if (segments[i].executable)
			err = compare_segment(&check, &segments[i]);
	return err;
}
