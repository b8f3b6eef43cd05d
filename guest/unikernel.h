/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unikernel (Solo5 and MirageOS, Mini-OS, Unikraft): one program in one address space,
 * without processes and without user mode, that runs where it was linked. Everything about it
 * comes from its ELF image; the guest's memory only shows whether it is the one that runs.
 *
 * Nothing here pauses the guest. Symbols and the unwind map may be used under pause.
 */
#ifndef PX_GUEST_UNIKERNEL_H
#define PX_GUEST_UNIKERNEL_H

#include "guest/memory.h"
#include "symbolize/elf-image.h"
#include "symbolize/unwind-map.h"

struct px_unikernel;

/**
 * Whether image is linked as unikernels are: its code lies in the lower half of the address
 * space, where a Linux kernel has none.
 */
bool px_unikernel_is_image(const struct px_elf_image *image);

/**
 * Take over image (also on failure), which is linked as above, read its unwind rules
 * (.eh_frame, else .debug_frame) and symbols, and check that it is what the guest runs: the
 * build-id, if both have one, the first page of each code segment and what is around each
 * vCPU's IP. Pages that the file fills with one value are left out (Xen writes its hypercall
 * page into one), and of code that may be written to, everything but 64 bytes at the IPs. guest
 * and memory are borrowed; only the opening reads them.
 *
 * PX_ERR_MISMATCH: another program runs, the message says where they differ; PX_ERR_NOT_FOUND:
 * no 64-bit program runs, it boots still or is a 32-bit one.
 */
px_must_check struct px_error *px_unikernel_open(struct px_guest *guest,
						 struct px_memory *memory,
						 struct px_elf_image *image,
						 struct px_unikernel **ret);
void px_unikernel_close(struct px_unikernel *unikernel);
void px_unikernel_closep(struct px_unikernel **unikernel);

/** The file; its segments are where the program lies. Borrowed. */
struct px_elf_image *px_unikernel_image(const struct px_unikernel *unikernel);

/**
 * The rules of its code, whose addresses are those of the image. Code without rules is covered
 * as well: frame pointers lead through it. Owned by the unikernel.
 */
struct px_unwind_map *px_unikernel_unwind_map(const struct px_unikernel *unikernel);

/** What is wrong with the image's unwind tables, which then lack rules; NULL: nothing. */
const char *px_unikernel_problem(const struct px_unikernel *unikernel);

/** Whether the image has symbols: it was not stripped. */
bool px_unikernel_has_symbols(const struct px_unikernel *unikernel);

/** The symbol that contains address; NULL where there is none. Borrowed. */
const struct px_symbol *px_unikernel_find_symbol(const struct px_unikernel *unikernel,
						 uint64_t address);

/** Whether word is a return address of a direct call of the function that ip is in. */
bool px_unikernel_is_return(const struct px_unikernel *unikernel, uint64_t ip, uint64_t word);

#endif
