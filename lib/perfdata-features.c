/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feature sections (perf.data-file-format.txt, "header feature bits"). */
#include "lib/perfdata-features.h"

#include <string.h>

struct px_perf_attr px_perf_attr_of(const struct px_perf_event *event, size_t i)
{
	/* The first event stands for the side-band records, as with perf record. */
	uint64_t flags = i ? 0
			   : PX_PERF_ATTR_MMAP | PX_PERF_ATTR_MMAP2 | PX_PERF_ATTR_COMM |
					 PX_PERF_ATTR_TASK;

	return (struct px_perf_attr){
		.type = 1, /* PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK: takes any name */
		.size = PX_PERF_ATTR_SIZE,
		.rate = event->rate,
		.sample_type = PX_PERF_SAMPLE_OURS,
		.flags = flags | PX_PERF_ATTR_SAMPLE_ID_ALL |
			 (event->frequency ? PX_PERF_ATTR_FREQ : 0),
	};
}

void px_perf_encode_attr(struct px_buffer *buffer, const struct px_perf_attr *attr)
{
	px_buffer_add(buffer, attr, sizeof(*attr));
	px_buffer_zero(buffer, PX_PERF_ATTR_SIZE - sizeof(*attr));
}

/* A size, which includes the padding, and the string. */
static void encode_string(struct px_buffer *buffer, const char *text)
{
	size_t length = strlen(text) + 1;
	size_t padding = -length & 63;

	px_buffer_u32(buffer, (uint32_t)(length + padding));
	px_buffer_add(buffer, text, length);
	px_buffer_zero(buffer, padding);
}

static void encode_command_line(struct px_buffer *buffer, const struct px_perf_host *host)
{
	px_buffer_u32(buffer, (uint32_t)host->argc);
	for (int i = 0; i < host->argc; i++)
		encode_string(buffer, host->argv[i]);
}

void px_perf_encode_host(struct px_buffer *buffer, const struct px_perf_host *host,
			 enum px_perf_feature feature)
{
	switch (feature) {
	case PX_PERF_FEATURE_HOSTNAME:
		encode_string(buffer, host->hostname);
		break;
	case PX_PERF_FEATURE_RELEASE:
		encode_string(buffer, host->release);
		break;
	case PX_PERF_FEATURE_VERSION:
		/* Of perf: readers choose how much they sort by it, so it must look like one.
		 */
		encode_string(buffer, "6.1");
		break;
	case PX_PERF_FEATURE_ARCH:
		encode_string(buffer, host->arch);
		break;
	case PX_PERF_FEATURE_CPUS:
		px_buffer_u32(buffer, host->cpus_available);
		px_buffer_u32(buffer, host->cpus_online);
		break;
	case PX_PERF_FEATURE_CPU_DESCRIPTION:
		encode_string(buffer, host->cpu_description);
		break;
	case PX_PERF_FEATURE_CPU_ID:
		encode_string(buffer, host->cpu_id);
		break;
	case PX_PERF_FEATURE_MEMORY:
		px_buffer_u64(buffer, host->memory_kib);
		break;
	case PX_PERF_FEATURE_COMMAND_LINE:
		encode_command_line(buffer, host);
		break;
	default:
		break;
	}
}

void px_perf_encode_events(struct px_buffer *buffer, const struct px_perf_event *events,
			   size_t count)
{
	px_buffer_u32(buffer, (uint32_t)count);
	px_buffer_u32(buffer, PX_PERF_ATTR_SIZE);
	for (size_t i = 0; i < count; i++) {
		struct px_perf_attr attr = px_perf_attr_of(&events[i], i);

		px_perf_encode_attr(buffer, &attr);
		px_buffer_u32(buffer, 1); /* ids */
		encode_string(buffer, events[i].name);
		px_buffer_u64(buffer, px_perf_event_id(i));
	}
}

void px_perf_encode_image(struct px_buffer *buffer, const struct px_perf_image *image)
{
	size_t name_size = (strlen(image->name) + 8) & ~(size_t)7;
	struct px_perf_record_header header = {
		.misc = image->misc | PX_PERF_MISC_BUILD_ID_SIZE,
		.size = (uint16_t)(sizeof(header) + 4 + PX_BUILD_ID_MAX + 4 + name_size),
	};
	struct px_build_id id = {0};

	memcpy(id.bytes, image->build_id.bytes, image->build_id.size);
	px_buffer_add(buffer, &header, sizeof(header));
	px_buffer_u32(buffer, image->pid);
	px_buffer_add(buffer, id.bytes, PX_BUILD_ID_MAX);
	px_buffer_u32(buffer, image->build_id.size); /* u8 size, 3 zeros */
	px_buffer_add(buffer, image->name, strlen(image->name));
	px_buffer_zero(buffer, name_size - strlen(image->name));
}
