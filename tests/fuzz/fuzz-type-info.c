/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as BTF: look-ups that follow every kind of reference. */
#include "symbolize/type-info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const structures[] = {"task", "pair", "list_head", "anonymous_t",
						 ""};
	static const char *const paths[] = {"comm", "list.prev", "both.deep", "nothing", ""};
	struct px_type_info *info = NULL;
	struct px_error *err = px_type_info_open_btf(px_bytes_of(data, size), NULL, &info);
	struct px_member member;
	int64_t value;
	uint32_t bytes;

	if (err) {
		px_error_free(err);
		return 0;
	}
	for (size_t i = 0; i < px_array_size(structures); i++) {
		px_type_info_size(info, structures[i], &bytes);
		for (size_t k = 0; k < px_array_size(paths); k++)
			px_type_info_member(info, structures[i], paths[k], &member);
	}
	px_type_info_enumerator(info, "SEVEN", &value);
	px_type_info_enumerator(info, "nothing", &value);
	px_type_info_close(info);
	return 0;
}
