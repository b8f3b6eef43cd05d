/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program is read as, for comparison with other readers:
 *
 *	program-symbols symbols FILE	"address name" of every symbol
 *	program-symbols found FOLDER PATH [BUILD-ID]
 *			the same of a program below a folder, or from servers in DEBUGINFOD_URLS
 *	program-symbols frames FILE	what is wrong with its unwind table; its number of rows
 *	program-symbols names < NAMES	each name and how it is shown
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/demangle.h"
#include "symbolize/symfs.h"

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "program-symbols: %s\n", err->message);
	exit(2);
}

static void print_symbols(struct px_program *program)
{
	const struct px_symbol_table *table = NULL;

	stop_at(px_program_symbols(program, &table));
	for (size_t i = 0; i < px_symbol_table_count(table); i++) {
		const struct px_symbol *symbol = px_symbol_table_get(table, i);

		printf("%016" PRIx64 " %s\n", symbol->start, symbol->name);
	}
}

static void print_names(void)
{
	char name[8192];

	while (fgets(name, sizeof(name), stdin)) {
		px_cleanup(px_freep) char *shown = NULL;

		name[strcspn(name, "\n")] = '\0';
		stop_at(px_demangle(name, &shown));
		printf("%s %s\n", name, shown ? shown : name);
	}
}

static struct px_build_id id_of(const char *hex)
{
	struct px_build_id id = {0};

	while (id.size < PX_BUILD_ID_MAX && sscanf(hex, "%2hhx", &id.bytes[id.size]) == 1) {
		hex += 2;
		id.size++;
	}
	return id;
}

static void print_found(const char *folder, const char *path, const struct px_build_id *id)
{
	struct px_symfs_options options = {.folder = folder};
	struct px_program *program = NULL;
	struct px_symfs *symfs = NULL;

	if (getenv("DEBUGINFOD_URLS"))
		stop_at(px_debuginfod_start(&options.debuginfod));
	stop_at(px_symfs_new(&options, &symfs));
	if (px_symfs_find(symfs, path, id, &program) != PX_SYMFS_OK) {
		fprintf(stderr, "program-symbols: %s\n", px_symfs_message(symfs));
		exit(1);
	}
	print_symbols(program);
	px_symfs_free(symfs);
	px_debuginfod_stop(options.debuginfod);
}

int main(int argc, char **argv)
{
	struct px_program *program = NULL;

	if (argc == 2 && !strcmp(argv[1], "names")) {
		print_names();
		return 0;
	}
	if (argc >= 4 && !strcmp(argv[1], "found")) {
		const struct px_build_id id = id_of(argc > 4 ? argv[4] : "");

		print_found(argv[2], argv[3], &id);
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: program-symbols symbols|frames FILE, found FOLDER "
				"PATH, or names\n");
		return 2;
	}
	stop_at(px_program_open(argv[2], &program));
	if (!strcmp(argv[1], "symbols"))
		print_symbols(program);
	else
		printf("%s %zu\n",
		       px_program_problem(program) ? px_program_problem(program) : "good",
		       px_unwind_table_rows(px_program_unwind(program)));
	px_program_free(program);
	return 0;
}
