/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that a test builds: frames, page tables, vCPUs. It behaves like a domain seen through
 * the live back end: frames are mapped read-only and stay live, a frame that does not exist
 * cannot be mapped and touching its page is fatal, pauses are counted, calls can fail, and the
 * domain can die.
 *
 * Mistakes of the test itself (no free frame, an address mapped twice in two ways) abort.
 */
#ifndef PX_TESTS_SUPPORT_GUEST_DOUBLE_H
#define PX_TESTS_SUPPORT_GUEST_DOUBLE_H

#include "guest/guest.h"

#define PX_DOUBLE_VCPUS	 16
#define PX_DOUBLE_FRAMES 8192

enum px_page_size {
	PX_PAGE_4K = 12,
	PX_PAGE_2M = 21,
	PX_PAGE_1G = 30,
};

struct px_guest_double {
	struct px_guest guest; /* first: this is the handle; guest.domain may be changed */

	/* What gather and entry report; set by the test, before or between the calls. */
	struct px_vcpu vcpus[PX_DOUBLE_VCPUS];
	struct px_vcpu_entry entries[PX_DOUBLE_VCPUS];

	/* What the domain's memory is now; guest.domain has it from the next look on. */
	uint64_t memory_kib;

	/* Pauses held on the domain; 0 at first. Other holders: add to it. */
	unsigned int pauses;

	/* The n-th call from now on fails (1: the next), once; 0: none does. */
	unsigned int fail_gather, fail_resume, fail_entry, fail_map;
	/* From the n-th call of any operation on the domain is gone; 0: it lives. */
	unsigned int die;

	/* The domain that takes over the name, after being asked for so many times. */
	uint32_t successor;
	unsigned int successor_after;

	/* Called at the end of each successful gather: the guest moves on. May be NULL. */
	void (*moved)(struct px_guest_double *guest, void *context);
	void *moved_context;

	unsigned int gathers, resumes, maps;
	size_t mapped_now; /* pages in batches not yet unmapped */

	/* Private. */
	bool held; /* a pause of gather */
	uint8_t *memory;
	int memory_fd;
	uint64_t next_frame;
};

/**
 * A running domain, id 7, name "double", with all vCPUs offline and no memory mapped. Aborts
 * when out of memory. Free with px_guest_close(&double->guest), which checks that no
 * mapping is left.
 */
struct px_guest_double *px_guest_double_new(enum px_guest_type type, uint32_t vcpus);

/** A fresh zeroed frame, or count of them in a row, the first aligned to count. */
px_frame_number px_guest_double_frames(struct px_guest_double *guest, size_t count);

/** The content of a frame that was handed out, writable. */
void *px_guest_double_page(struct px_guest_double *guest, px_frame_number frame);

/** A fresh, empty top-level table. */
px_root px_guest_double_root(struct px_guest_double *guest);

/** Enter frame (aligned to the page size) for the page at address; makes tables as needed. */
void px_guest_double_map(struct px_guest_double *guest, enum px_paging paging, px_root root,
			 uint64_t address, px_frame_number frame, enum px_page_size size);

/** Clear the present bit of whatever entry maps address. */
void px_guest_double_unmap(struct px_guest_double *guest, enum px_paging paging, px_root root,
			   uint64_t address);

/** Take the no-execute bit away from the page at address and all tables that lead there. */
void px_guest_double_allow_code(struct px_guest_double *guest, enum px_paging paging,
				px_root root, uint64_t address);

/** Put the top-level entry of address of one root into another, as kernels share theirs. */
void px_guest_double_share(struct px_guest_double *guest, enum px_paging paging, px_root from,
			   px_root to, uint64_t address);

/** Write at a virtual address; pages that are not there are mapped to fresh frames. */
void px_guest_double_write(struct px_guest_double *guest, enum px_paging paging, px_root root,
			   uint64_t address, const void *bytes, size_t size);

/** One 8-byte word of a stack or structure. */
void px_guest_double_write_word(struct px_guest_double *guest, enum px_paging paging,
				px_root root, uint64_t address, uint64_t word);

/** A vCPU with a context: running, long mode, kernel mode where ip is in the upper half. */
void px_guest_double_run(struct px_guest_double *guest, uint32_t vcpu, enum px_paging paging,
			 px_root root, uint64_t ip, uint64_t sp);

#endif
