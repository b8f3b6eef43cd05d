/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of grant tables; those of Xen's headers are the measure. */
#include "guest/grants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <xenctrl.h>
#include <cmocka.h>

#include "tests/support/grants-double.h"

static enum px_grant_outcome decode_1(uint16_t flags, struct px_grant *ret)
{
	const grant_entry_v1_t entry = {flags, 3, 0x87654321};

	return px_grant_decode(1, px_bytes_of(&entry, sizeof(entry)), (struct px_bytes){0},
			       ret);
}

static enum px_grant_outcome decode_2(uint16_t flags, uint16_t status, struct px_grant *ret)
{
	grant_entry_v2_t entry = {0};

	entry.full_page.hdr.flags = flags;
	entry.full_page.hdr.domid = 3;
	entry.full_page.pad0 = ~0u;
	entry.full_page.frame = UINT64_C(0x123456789a);
	return px_grant_decode(2, px_bytes_of(&entry, sizeof(entry)),
			       px_bytes_of(&status, sizeof(status)), ret);
}

static void test_sizes(void **state)
{
	assert_int_equal(PX_GRANT_ENTRY_1, sizeof(grant_entry_v1_t));
	assert_int_equal(PX_GRANT_ENTRY_2, sizeof(grant_entry_v2_t));
	assert_int_equal(PX_GRANT_STATUS, sizeof(grant_status_t));
}

static void test_version_1(void **state)
{
	struct px_grant grant = {0};

	assert_int_equal(decode_1(GTF_permit_access, &grant), PX_GRANT_OK);
	assert_int_equal(grant.domain, 3);
	assert_int_equal(grant.frame.value, 0x87654321);
	assert_false(grant.read_only || grant.reading || grant.writing);
	assert_int_equal(decode_1(GTF_permit_access | GTF_readonly | GTF_reading, &grant),
			 PX_GRANT_OK);
	assert_true(grant.read_only && grant.reading && !grant.writing);
	assert_int_equal(decode_1(GTF_permit_access | GTF_writing, &grant), PX_GRANT_OK);
	assert_true(!grant.read_only && !grant.reading && grant.writing);
	/* A flag of version 2. */
	assert_int_equal(decode_1(GTF_permit_access | GTF_sub_page, &grant), PX_GRANT_OK);
}

static void test_version_2(void **state)
{
	struct px_grant grant = {0};

	assert_int_equal(decode_2(GTF_permit_access, 0, &grant), PX_GRANT_OK);
	assert_int_equal(grant.domain, 3);
	assert_int_equal(grant.frame.value, UINT64_C(0x123456789a));
	assert_int_equal(decode_2(GTF_permit_access, GTF_writing, &grant), PX_GRANT_OK);
	assert_true(grant.writing && !grant.reading);
	/* Not the place where version 2 has them. */
	assert_int_equal(decode_2(GTF_permit_access | GTF_writing | GTF_reading, 0, &grant),
			 PX_GRANT_OK);
	assert_false(grant.writing || grant.reading);
	assert_int_equal(decode_2(GTF_permit_access | GTF_sub_page, 0, &grant),
			 PX_GRANT_SUB_PAGE);
}

static void test_other_types(void **state)
{
	static const struct {
		uint16_t flags;
		enum px_grant_outcome outcome;
	} cases[] = {
		{GTF_invalid, PX_GRANT_FREE},
		{GTF_invalid | GTF_reading | GTF_sub_page, PX_GRANT_FREE},
		{GTF_accept_transfer, PX_GRANT_TRANSFER},
		{GTF_accept_transfer | GTF_transfer_completed, PX_GRANT_TRANSFER},
		{GTF_transitive, PX_GRANT_TRANSITIVE},
	};
	struct px_grant grant = {.domain = 77};

	for (size_t i = 0; i < px_array_size(cases); i++) {
		assert_int_equal(decode_1(cases[i].flags, &grant), cases[i].outcome);
		assert_int_equal(decode_2(cases[i].flags, 0, &grant), cases[i].outcome);
	}
	assert_int_equal(grant.domain, 77);
}

static void test_too_short(void **state)
{
	const uint8_t bytes[PX_GRANT_ENTRY_2] = {GTF_permit_access};
	struct px_grant grant = {.domain = 77};

	for (size_t size = 0; size < PX_GRANT_ENTRY_2; size++) {
		struct px_bytes entry = px_bytes_of(bytes, size);

		assert_int_equal(px_grant_decode(2, entry, px_bytes_of(bytes, 2), &grant),
				 PX_GRANT_BEYOND);
		if (size < PX_GRANT_ENTRY_1)
			assert_int_equal(px_grant_decode(1, entry, entry, &grant),
					 PX_GRANT_BEYOND);
	}
	assert_int_equal(px_grant_decode(2, px_bytes_of(bytes, sizeof(bytes)),
					 px_bytes_of(bytes, 1), &grant),
			 PX_GRANT_BEYOND);
	assert_int_equal(grant.domain, 77);
}

static void find_each(unsigned int version)
{
	struct px_grants_double *built = px_grants_double_new(version);
	uint32_t last = (uint32_t)built->entries - 1;
	struct px_grant grant = {.domain = 77};

	/* Before the first refresh there is nothing. */
	assert_int_equal(px_grants_find(&built->grants, 0, &grant), PX_GRANT_BEYOND);
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, 0, &grant), PX_GRANT_FREE);
	px_grants_double_put(built, 768 % last, 0, px_frame_number_of(0x1234));
	px_grants_double_put(built, last, 1, px_frame_number_of(0x5678));
	assert_int_equal(px_grants_find(&built->grants, 768 % last, &grant), PX_GRANT_OK);
	assert_true(grant.domain == 0 && grant.frame.value == 0x1234);
	assert_int_equal(px_grants_find(&built->grants, last, &grant), PX_GRANT_OK);
	assert_true(grant.domain == 1 && grant.frame.value == 0x5678);
	assert_int_equal(px_grants_find(&built->grants, last + 1, &grant), PX_GRANT_BEYOND);
	assert_int_equal(px_grants_find(&built->grants, UINT32_MAX, &grant), PX_GRANT_BEYOND);
	px_grants_double_flags(built, last, GTF_transitive);
	assert_int_equal(px_grants_find(&built->grants, last, &grant), PX_GRANT_TRANSITIVE);

	/* A table that is longer than what is mapped of it. */
	built->entries += 100;
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, last + 1, &grant), PX_GRANT_UNREADABLE);
	assert_int_equal(px_grants_find(&built->grants, last + 101, &grant), PX_GRANT_BEYOND);

	built->unmapped = true;
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, 0, &grant), PX_GRANT_UNREADABLE);
	assert_int_equal(px_grants_find(&built->grants, last + 101, &grant), PX_GRANT_BEYOND);

	built->version = 0;
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, last, &grant), PX_GRANT_BEYOND);
	px_grants_close(&built->grants);
}

static void test_find(void **state)
{
	find_each(1);
	find_each(2);
}

static void test_status(void **state)
{
	struct px_grants_double *built = px_grants_double_new(2);
	const grant_status_t status = GTF_reading;
	struct px_grant grant = {0};

	px_grants_double_put(built, 300, 0, px_frame_number_of(1));
	memcpy(built->status + 300 * sizeof(status), &status, sizeof(status));
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, 300, &grant), PX_GRANT_OK);
	assert_true(grant.reading && !grant.writing);
	px_grants_close(&built->grants);
}

/* What was mapped before a refresh that fails is not there any more. */
static void test_failing_refresh(void **state)
{
	struct px_grants_double *built = px_grants_double_new(1);
	struct px_grant grant = {0};
	struct px_error *err;

	px_grants_double_put(built, 8, 0, px_frame_number_of(1));
	assert_null(px_grants_refresh(&built->grants));
	assert_int_equal(px_grants_find(&built->grants, 8, &grant), PX_GRANT_OK);
	built->fail = 1;
	err = px_grants_refresh(&built->grants);
	assert_non_null(err);
	px_error_free(err);
	assert_int_equal(px_grants_find(&built->grants, 8, &grant), PX_GRANT_BEYOND);
	px_grants_close(&built->grants);
	px_grants_close(NULL);
}

static void test_names(void **state)
{
	for (int i = 0; i < PX_GRANT_OUTCOMES; i++)
		assert_string_not_equal(px_grant_outcome_name((enum px_grant_outcome)i),
					"unknown");
	assert_string_equal(px_grant_outcome_name(PX_GRANT_OUTCOMES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),	  cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_version_2), cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_too_short), cmocka_unit_test(test_find),
		cmocka_unit_test(test_status),	  cmocka_unit_test(test_failing_refresh),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
