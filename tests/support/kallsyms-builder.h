/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms as Linux's build would write them (guest/linux-kallsyms.h has the format). */
#ifndef PX_TESTS_SUPPORT_KALLSYMS_BUILDER_H
#define PX_TESTS_SUPPORT_KALLSYMS_BUILDER_H

#include "guest/linux-kallsyms.h"
#include "lib/buffer.h"

struct kallsyms_layout {
	bool since_6_4;		/* the order of the parts */
	unsigned int seq_bytes; /* of the order by name: 0 (none), 3 or 4 */
	enum px_kallsyms_offsets kind;
};

/* Where each part went, as offsets in the buffer. */
struct kallsyms_places {
	size_t num_syms, names, markers, tokens, index, offsets, base, end;
};

/**
 * Append the parts for count symbols in address order to out, which is empty or ends at a
 * multiple of 8 and begins at the run-time address `address`. base: relative_base.
 */
struct kallsyms_places kallsyms_builder_add(struct px_buffer *out, uint64_t address,
					    struct kallsyms_layout layout, uint64_t base,
					    const struct px_kallsyms_symbol *symbols,
					    uint32_t count);

#endif
