/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The payloads of perf.data's feature sections, built from plain structs. */
#ifndef PX_LIB_PERFDATA_FEATURES_H
#define PX_LIB_PERFDATA_FEATURES_H

#include "lib/buffer.h"
#include "lib/perfdata-format.h"
#include "lib/perfdata-writer.h"

/** The attr that the writer gives to event index i: its id is px_perf_event_id(i). */
struct px_perf_attr px_perf_attr_of(const struct px_perf_event *event, size_t i);

static inline uint64_t px_perf_event_id(size_t i)
{
	return i + 1;
}

/** Append an attr in its full size. */
void px_perf_encode_attr(struct px_buffer *buffer, const struct px_perf_attr *attr);

/** Append the payload of HOSTNAME to COMMAND_LINE. */
void px_perf_encode_host(struct px_buffer *buffer, const struct px_perf_host *host,
			 enum px_perf_feature feature);

/** Append the payload of EVENTS. */
void px_perf_encode_events(struct px_buffer *buffer, const struct px_perf_event *events,
			   size_t count);

/** Append one entry of the BUILD_ID table. */
void px_perf_encode_image(struct px_buffer *buffer, const struct px_perf_image *image);

#endif
