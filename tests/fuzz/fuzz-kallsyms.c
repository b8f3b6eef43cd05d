/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as the read-only data of a kernel: its kallsyms are looked for and read. */
#include "guest/linux-kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct px_error *take(void *context, const struct px_kallsyms_symbol *symbol)
{
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bytes memory = px_bytes_of(data, size);
	struct px_linux_kallsyms kallsyms = {0};
	struct px_error *err;
	size_t tokens = 0;

	if (!px_linux_kallsyms_find(memory, 0, &tokens))
		return 0;
	err = px_linux_kallsyms_init(memory, UINT64_C(0xffffffff82000000), tokens, &kallsyms);
	if (!err)
		err = px_linux_kallsyms_each(&kallsyms, take, NULL);
	px_error_free(err);
	return 0;
}
