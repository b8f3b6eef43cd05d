/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what Linux writes and we do not: other fields, other records, several CPUs. */
#include "lib/perfdata-reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "lib/buffer.h"
#include "lib/perfdata-format.h"

enum {
	TYPE_FULL = PX_PERF_SAMPLE_IP | PX_PERF_SAMPLE_TID | PX_PERF_SAMPLE_TIME |
		    PX_PERF_SAMPLE_ADDR | PX_PERF_SAMPLE_READ | PX_PERF_SAMPLE_CALLCHAIN |
		    PX_PERF_SAMPLE_ID | PX_PERF_SAMPLE_CPU | PX_PERF_SAMPLE_PERIOD |
		    PX_PERF_SAMPLE_STREAM_ID | PX_PERF_SAMPLE_RAW | 1 << 11 /* branch stack */ |
		    1 << 12 /* user registers */ | 1 << 14 /* weight */,
	TYPE_SMALL = PX_PERF_SAMPLE_IP | PX_PERF_SAMPLE_TID | PX_PERF_SAMPLE_TIME |
		     PX_PERF_SAMPLE_ID,
	READ_ALL = PX_PERF_READ_ENABLED | PX_PERF_READ_RUNNING | PX_PERF_READ_ID |
		   PX_PERF_READ_GROUP | PX_PERF_READ_LOST,
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* --- a stream, record by record ----------------------------------------------------------- */

static size_t record_begin(struct px_buffer *b, uint32_t type, uint16_t misc)
{
	struct px_perf_record_header header = {.type = type, .misc = misc};
	size_t at = b->size;

	px_buffer_add(b, &header, sizeof(header));
	return at;
}

static void record_end(struct px_buffer *b, size_t at)
{
	uint16_t size = (uint16_t)(b->size - at);

	assert_false(b->failed);
	memcpy(b->data + at + offsetof(struct px_perf_record_header, size), &size,
	       sizeof(size));
}

/* attr_size may be more than the reader knows, as that of a newer perf. */
static void add_attr(struct px_buffer *b, uint64_t sample_type, uint64_t read_format,
		     uint64_t flags, uint32_t attr_size, uint64_t first_id)
{
	struct px_perf_attr attr = {.type = 0,
				    .size = attr_size,
				    .config = 1,
				    .rate = 4000,
				    .sample_type = sample_type,
				    .read_format = read_format,
				    .flags = flags | PX_PERF_ATTR_SAMPLE_ID_ALL};
	size_t at = record_begin(b, PX_PERF_HEADER_ATTR, 0);

	px_buffer_add(b, &attr, sizeof(attr));
	px_buffer_zero(b, attr_size - sizeof(attr));
	px_buffer_u64(b, first_id);
	px_buffer_u64(b, first_id + 1);
	record_end(b, at);
}

static void start(struct px_buffer *b)
{
	px_buffer_u64(b, PX_PERF_MAGIC);
	px_buffer_u64(b, PX_PERF_PIPE_HEADER_SIZE);
}

static void add_full_sample(struct px_buffer *b, uint64_t time, uint64_t id)
{
	size_t at = record_begin(b, PX_PERF_SAMPLE, PX_PERF_MISC_USER);

	px_buffer_u64(b, 0x401000);
	px_buffer_u32(b, 11);
	px_buffer_u32(b, 12);
	px_buffer_u64(b, time);
	px_buffer_u64(b, 0xabcdef); /* address */
	px_buffer_u64(b, id);
	px_buffer_u64(b, 99); /* stream */
	px_buffer_u32(b, 3);
	px_buffer_u32(b, 0);
	px_buffer_u64(b, 4242); /* period */
	px_buffer_u64(b, 2);	/* read: two values of {value, id, lost} */
	px_buffer_u64(b, 1000);
	px_buffer_u64(b, 900);
	for (uint64_t i = 0; i < 6; i++)
		px_buffer_u64(b, i);
	px_buffer_u64(b, 3); /* call chain */
	px_buffer_u64(b, PX_PERF_CONTEXT_USER);
	px_buffer_u64(b, 0x401000);
	px_buffer_u64(b, 0x402000);
	px_buffer_u32(b, 12); /* raw */
	px_buffer_add(b, "raw payload!", 12);
	px_buffer_u64(b, 0); /* no branches */
	px_buffer_u64(b, 0); /* no registers */
	px_buffer_u64(b, 7); /* weight */
	record_end(b, at);
}

static void add_small_sample(struct px_buffer *b, uint64_t time, uint64_t id)
{
	size_t at = record_begin(b, PX_PERF_SAMPLE, PX_PERF_MISC_KERNEL);

	px_buffer_u64(b, 0xffffffff81000000u);
	px_buffer_u32(b, 21);
	px_buffer_u32(b, 22);
	px_buffer_u64(b, time);
	px_buffer_u64(b, id);
	record_end(b, at);
}

/* With the trailer of TYPE_SMALL: pid, tid, time, id. */
static void add_comm(struct px_buffer *b, const char *name, uint64_t time, uint64_t id)
{
	size_t at = record_begin(b, PX_PERF_COMM, 0);

	px_buffer_u32(b, 21);
	px_buffer_u32(b, 22);
	px_buffer_add(b, name, strlen(name) + 1);
	px_buffer_align(b, 8);
	px_buffer_u32(b, 21);
	px_buffer_u32(b, 22);
	px_buffer_u64(b, time);
	px_buffer_u64(b, id);
	record_end(b, at);
}

static void add_empty(struct px_buffer *b, uint32_t type)
{
	record_end(b, record_begin(b, type, 0));
}

static struct px_perf_reader *open_bytes(const struct px_buffer *b)
{
	struct px_perf_reader *reader = NULL;

	assert_false(b->failed);
	check(px_perf_reader_new(px_buffer_bytes(b), &reader));
	return reader;
}

/* --- tests -------------------------------------------------------------------------------- */

static void test_every_field_is_stepped_over(void **state)
{
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;

	start(&b);
	add_attr(&b, TYPE_FULL, READ_ALL, 0, 144, 50);
	add_full_sample(&b, 1000, 51);
	reader = open_bytes(&b);
	assert_true(px_perf_reader_next(reader, &r));
	assert_int_equal(r.type, PX_PERF_SAMPLE);
	assert_int_equal(r.misc, PX_PERF_MISC_USER);
	assert_true(r.origin.pid == 11 && r.origin.tid == 12 && r.origin.cpu == 3);
	assert_true(r.origin.time == 1000);
	assert_true(r.sample.ip == 0x401000 && r.sample.addr == 0xabcdef);
	assert_true(r.sample.period == 4242);
	assert_int_equal(r.sample.chain.count, 3);
	assert_true(px_perf_chain_ip(&r.sample.chain, 2) == 0x402000);
	assert_int_equal(r.sample.raw.size, 12);
	assert_memory_equal(r.sample.raw.data, "raw payload!", 12);
	assert_false(px_perf_reader_next(reader, &r));
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

static void test_events_by_id(void **state)
{
	static const uint64_t ids[] = {71, 60, 70, 61, 999, 60};
	static const uint32_t want[] = {1, 0, 1, 0, 0};
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;
	size_t count = 0;
	const struct px_perf_event *events;

	start(&b);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE_MIN, 60);
	add_attr(&b, TYPE_SMALL, 0, PX_PERF_ATTR_FREQ, 128, 70);
	for (size_t i = 0; i < px_array_size(ids); i++)
		add_small_sample(&b, 1000 + i, ids[i]);
	reader = open_bytes(&b);
	events = px_perf_reader_events(reader, &count);
	assert_int_equal(count, 2);
	assert_string_equal(events[0].name, "instructions");
	assert_int_equal(events[0].rate, 4000);
	for (size_t i = 0; i < px_array_size(want); i++) {
		assert_true(px_perf_reader_next(reader, &r));
		assert_int_equal(r.event, want[i]);
		/* A period that is not written is the attr's, unless that is a frequency. */
		assert_int_equal(r.sample.period, want[i] ? 1 : 4000);
		assert_int_equal(r.origin.cpu, UINT32_MAX);
	}
	assert_false(px_perf_reader_next(reader, &r));
	assert_int_equal(px_perf_reader_malformed(reader), 1); /* id 999 */
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

/* Two CPUs' buffers one after the other, in two rounds; perf's own record without a time. */
static void test_time_order(void **state)
{
	static const uint64_t want[] = {0, 100, 110, 150, 160, 200, 210, 250};
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;

	start(&b);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE, 60);
	add_comm(&b, "early", 0, 0);
	add_small_sample(&b, 100, 60);
	add_small_sample(&b, 150, 60);
	add_small_sample(&b, 110, 61);
	add_small_sample(&b, 160, 61);
	add_empty(&b, PX_PERF_FINISHED_ROUND);
	add_small_sample(&b, 200, 60);
	add_small_sample(&b, 250, 60);
	add_comm(&b, "timed", 210, 61);
	add_empty(&b, PX_PERF_FINISHED_ROUND);
	reader = open_bytes(&b);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < px_array_size(want); i++) {
			assert_true(px_perf_reader_next(reader, &r));
			assert_true(r.origin.time == want[i]);
			if (r.type == PX_PERF_COMM)
				assert_string_equal(r.comm.name, i ? "timed" : "early");
		}
		assert_false(px_perf_reader_next(reader, &r));
		px_perf_reader_rewind(reader);
	}
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

/* An event that comes after samples gives them their order, too. */
static void test_late_event(void **state)
{
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;

	start(&b);
	add_attr(&b,
		 PX_PERF_SAMPLE_IP | PX_PERF_SAMPLE_TID | PX_PERF_SAMPLE_ADDR |
			 PX_PERF_SAMPLE_ID,
		 0, 0, PX_PERF_ATTR_SIZE, 60);
	add_small_sample(&b, 9, 70);
	add_small_sample(&b, 8, 70);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE, 70);
	reader = open_bytes(&b);
	assert_true(px_perf_reader_next(reader, &r));
	assert_true(r.event == 1 && r.origin.time == 8);
	assert_true(px_perf_reader_next(reader, &r));
	assert_true(r.event == 1 && r.origin.time == 9);
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

/* Trace data follows its record uncounted, and may look like anything. */
static void test_data_behind_records(void **state)
{
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;
	size_t at;

	start(&b);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE, 60);
	at = record_begin(&b, PX_PERF_AUXTRACE, 0);
	px_buffer_u64(&b, 24);
	record_end(&b, at);
	add_comm(&b, "not a record", 5, 60);
	b.size = at + 16 + 24;
	at = record_begin(&b, PX_PERF_HEADER_TRACING_DATA, 0);
	px_buffer_u32(&b, 13);
	px_buffer_u32(&b, 0);
	record_end(&b, at);
	px_buffer_add(&b, "13 bytes long\0\0\0", 16);
	add_empty(&b, 79);
	add_empty(&b, 4711);
	add_small_sample(&b, 7, 60);
	reader = open_bytes(&b);
	assert_false(px_perf_reader_cut(reader));
	assert_true(px_perf_reader_next(reader, &r));
	assert_true(r.type == PX_PERF_SAMPLE && r.origin.time == 7);
	assert_false(px_perf_reader_next(reader, &r));
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

static void expect_error(struct px_buffer *b, enum px_error_code code)
{
	struct px_perf_reader *reader = NULL;
	struct px_error *err;

	assert_false(b->failed);
	err = px_perf_reader_new(px_buffer_bytes(b), &reader);
	assert_non_null(err);
	assert_int_equal(err->code, code);
	px_error_free(err);
	px_buffer_fini(b);
}

static void test_refused(void **state)
{
	struct px_buffer b = {0};

	px_buffer_add(&b, "\177ELF and so on...", 16);
	expect_error(&b, PX_ERR_BAD_FORMAT);
	px_buffer_u64(&b, PX_PERF_MAGIC_OTHER);
	px_buffer_u64(&b, 16);
	expect_error(&b, PX_ERR_UNSUPPORTED);
	start(&b);
	expect_error(&b, PX_ERR_TRUNCATED);
	start(&b);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE, 60);
	add_empty(&b, PX_PERF_COMPRESSED);
	expect_error(&b, PX_ERR_UNSUPPORTED);
}

/* Zeros behind the last record, as a file system leaves them after a crash. */
static void test_zeros_at_the_end(void **state)
{
	struct px_buffer b = {0};
	struct px_perf_reader *reader;
	struct px_perf_record r;

	start(&b);
	add_attr(&b, TYPE_SMALL, 0, 0, PX_PERF_ATTR_SIZE, 60);
	add_small_sample(&b, 7, 60);
	px_buffer_zero(&b, 4096);
	reader = open_bytes(&b);
	assert_true(px_perf_reader_cut(reader));
	assert_true(px_perf_reader_next(reader, &r));
	assert_false(px_perf_reader_next(reader, &r));
	assert_int_equal(px_perf_reader_malformed(reader), 0);
	px_perf_reader_close(reader);
	px_buffer_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_is_stepped_over),
		cmocka_unit_test(test_events_by_id),
		cmocka_unit_test(test_time_order),
		cmocka_unit_test(test_late_event),
		cmocka_unit_test(test_data_behind_records),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_zeros_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
