/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One perf.data record to its bytes, in memory of PX_PERF_RECORD_MAX bytes (perfdata-output.h).
 */
#ifndef PX_LIB_PERFDATA_ENCODE_H
#define PX_LIB_PERFDATA_ENCODE_H

#include "lib/perfdata-format.h"

/** A record under construction. What is put must fit. */
struct px_perf_encoder {
	uint8_t *start, *at;
};

static inline struct px_perf_encoder px_perf_encode_begin(uint8_t *memory)
{
	return (struct px_perf_encoder){memory, memory + sizeof(struct px_perf_record_header)};
}

/** Pad, write the header; returns the record's size. */
size_t px_perf_encode_end(struct px_perf_encoder *e, uint32_t type, uint16_t misc);

/** Put what a record of px_perf_writer_add() has; false when its type is not one of those. */
bool px_perf_encode_body(struct px_perf_encoder *e, const struct px_perf_record *record);

static inline void px_perf_put(struct px_perf_encoder *e, const void *data, size_t size)
{
	__builtin_memcpy(e->at, data, size);
	e->at += size;
}

static inline void px_perf_put_u32(struct px_perf_encoder *e, uint32_t value)
{
	px_perf_put(e, &value, sizeof(value));
}

static inline void px_perf_put_u64(struct px_perf_encoder *e, uint64_t value)
{
	px_perf_put(e, &value, sizeof(value));
}

/** A string of at most PX_PERF_NAME_MAX bytes, its NUL and padding. */
void px_perf_put_name(struct px_perf_encoder *e, const char *name);

#endif
