/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mapped where in one process, and the processes and threads of a recording. */
#ifndef PX_REPORT_MAPS_H
#define PX_REPORT_MAPS_H

#include "report/intern.h"

struct px_map {
	uint64_t start, end;
	uint64_t bias; /* address in the object = run-time address - bias */
	uint32_t dso;
};

/** Mappings of a process in order of their addresses; shared until they change. */
struct px_maps;

/** How many mappings all px_maps of one budget may have together: what a hostile file costs. */
struct px_maps_budget {
	size_t left;
};

/** A second user of maps, which may be NULL. */
struct px_maps *px_maps_share(struct px_maps *maps);
void px_maps_drop(struct px_maps *maps, struct px_maps_budget *budget);

/**
 * Add a mapping to *maps (NULL: none yet), which may become another object. What it covers of
 * earlier ones is gone. Beyond the budget, or with an empty range, nothing happens.
 */
px_must_check struct px_error *px_maps_add(struct px_maps **maps, const struct px_map *map,
					   struct px_maps_budget *budget);

/** The mapping of an address; NULL where there is none. Borrowed until maps changes. */
const struct px_map *px_maps_find(struct px_maps *maps, uint64_t address);

#endif
