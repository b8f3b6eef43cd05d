/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest addresses as types that do not mix. A guest virtual address is translated by page
 * tables into a guest physical one; frames are those addresses >> 12. The entries of a PV
 * guest's page tables hold machine frames (mfn), those of an HVM or PVH guest hold guest
 * frames (gfn); the foreign-map call takes whichever belongs to the guest's type, so above
 * the page walk both are just a px_frame_number of that guest.
 */
#ifndef PX_GUEST_ADDRESS_H
#define PX_GUEST_ADDRESS_H

#include <stdint.h>

#define PX_PAGE_SHIFT 12
#define PX_PAGE_SIZE  4096u

typedef struct {
	uint64_t value;
} px_gva;

/** What the foreign map of this guest takes: mfn for PV, gfn for PVH and HVM. */
typedef struct {
	uint64_t value;
} px_frame_number;

/** A page-table root: the frame of the top-level table. */
typedef struct {
	uint64_t frame;
} px_root;

/** What became of following a guest virtual address. */
enum px_read_outcome {
	PX_READ_OK,
	PX_READ_NOT_CANONICAL,
	PX_READ_NOT_PRESENT,  /* a page-table entry says so */
	PX_READ_NOT_MAPPABLE, /* the hypervisor refuses the frame: ballooned, MMIO, foreign */
	PX_READ_BAD_ROOT,     /* paging is off or of a kind that cannot be walked */
};

/** Paging as the control registers say. */
enum px_paging {
	PX_PAGING_OFF,
	PX_PAGING_4_LEVEL,
	PX_PAGING_5_LEVEL,
	PX_PAGING_32BIT, /* not long mode: a 32-bit guest, or one that is still booting */
};

static inline px_gva px_gva_of(uint64_t value)
{
	return (px_gva){value};
}

static inline px_frame_number px_frame_number_of(uint64_t value)
{
	return (px_frame_number){value};
}

static inline px_root px_root_of(uint64_t frame)
{
	return (px_root){frame};
}

#endif
