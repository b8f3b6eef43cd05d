/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a perf.data header says about the host. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/perfdata-writer.h"

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%.*s", (int)size - 1, *from ? from : "unknown");
}

/* The value in a "key : value" line, without the newline; NULL in other lines. */
static const char *line_value(char *line, const char *key)
{
	char *colon = strchr(line, ':');

	if (strncmp(line, key, strlen(key)) || !colon)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return colon + 1 + strspn(colon + 1, " \t");
}

/* The id in perf's form: vendor,family,model,stepping. */
static void read_cpuinfo(struct px_perf_host *host)
{
	static const char *const keys[] = {"vendor_id", "cpu family", "model\t", "stepping"};
	char part[px_array_size(keys)][20] = {{0}}, line[512], name[128] = "";
	FILE *file px_cleanup(px_fclosep) = fopen("/proc/cpuinfo", "re");

	/* The first CPU's lines end with an empty one. */
	while (file && fgets(line, sizeof(line), file) && line[0] != '\n') {
		const char *value = line_value(line, "model name");

		if (value)
			copy_text(name, sizeof(name), value);
		for (size_t i = 0; i < px_array_size(keys); i++) {
			value = line_value(line, keys[i]);
			if (value)
				copy_text(part[i], sizeof(part[i]), value);
		}
	}
	copy_text(host->cpu_description, sizeof(host->cpu_description), name);
	snprintf(line, sizeof(line), "%s,%s,%s,%s", part[0], part[1], part[2], part[3]);
	copy_text(host->cpu_id, sizeof(host->cpu_id), part[0][0] ? line : "");
}

void px_perf_host_read(int argc, char *const *argv, struct px_perf_host *ret)
{
	struct px_perf_host host = {.argc = argc, .argv = argv};
	long online = sysconf(_SC_NPROCESSORS_ONLN), available = sysconf(_SC_NPROCESSORS_CONF);
	long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
	struct utsname name = {0};

	uname(&name);
	copy_text(host.hostname, sizeof(host.hostname), name.nodename);
	copy_text(host.release, sizeof(host.release), name.release);
	copy_text(host.arch, sizeof(host.arch), name.machine);
	read_cpuinfo(&host);
	host.cpus_online = online > 0 ? (uint32_t)online : 0;
	host.cpus_available = available > 0 ? (uint32_t)available : 0;
	if (pages > 0 && page_size > 0)
		host.memory_kib = (uint64_t)pages * (uint64_t)page_size / 1024;
	*ret = host;
}
