/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Xen's own header has the members of disk requests, as each guest's compiler lays it
 * out. */
#ifndef PX_TESTS_SUPPORT_BLOCK_LAYOUT_H
#define PX_TESTS_SUPPORT_BLOCK_LAYOUT_H

#include <stddef.h>

struct block_layout {
	size_t slot, request, response;
	size_t operation, segments, handle, id, sector, segment, segment_size;
	size_t first_sector, last_sector;
	size_t discard_flag, discard_sector, discard_sectors;
	size_t indirect_operation, indirect_segments, indirect_sector, indirect_handle,
		indirect_pages;
	size_t response_id, response_operation, response_status;
	size_t ring, slots_of_1, slots_of_16; /* first slot, how many in so many pages */
};

/* Defines FUNCTION from the structures of <xen/io/blkif.h> as they are included. */
#define BLOCK_LAYOUT_OF(FUNCTION)                                                              \
	struct block_layout FUNCTION(void) {                                                   \
		struct blkif_sring page = {0}, *sring = &page;                                 \
                                                                                               \
		return (struct block_layout){                                                  \
			.slot = sizeof(union blkif_sring_entry),                               \
			.request = sizeof(struct blkif_request),                               \
			.response = sizeof(struct blkif_response),                             \
			.operation = offsetof(struct blkif_request, operation),                \
			.segments = offsetof(struct blkif_request, nr_segments),               \
			.handle = offsetof(struct blkif_request, handle),                      \
			.id = offsetof(struct blkif_request, id),                              \
			.sector = offsetof(struct blkif_request, sector_number),               \
			.segment = offsetof(struct blkif_request, seg),                        \
			.segment_size = sizeof(struct blkif_request_segment),                  \
			.first_sector = offsetof(struct blkif_request_segment, first_sect),    \
			.last_sector = offsetof(struct blkif_request_segment, last_sect),      \
			.discard_flag = offsetof(struct blkif_request_discard, flag),          \
			.discard_sector =                                                      \
				offsetof(struct blkif_request_discard, sector_number),         \
			.discard_sectors = offsetof(struct blkif_request_discard, nr_sectors), \
			.indirect_operation =                                                  \
				offsetof(struct blkif_request_indirect, indirect_op),          \
			.indirect_segments =                                                   \
				offsetof(struct blkif_request_indirect, nr_segments),          \
			.indirect_sector =                                                     \
				offsetof(struct blkif_request_indirect, sector_number),        \
			.indirect_handle = offsetof(struct blkif_request_indirect, handle),    \
			.indirect_pages =                                                      \
				offsetof(struct blkif_request_indirect, indirect_grefs),       \
			.response_id = offsetof(struct blkif_response, id),                    \
			.response_operation = offsetof(struct blkif_response, operation),      \
			.response_status = offsetof(struct blkif_response, status),            \
			.ring = offsetof(struct blkif_sring, ring),                            \
			.slots_of_1 = __CONST_RING_SIZE(blkif, 4096),                          \
			.slots_of_16 = __RING_SIZE(sring, 16 * 4096),                          \
		};                                                                             \
	}

struct block_layout block_layout_x86_64(void);
struct block_layout block_layout_x86_32(void);

#endif
