/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this kernel itself says of the private state of its netfront and blkfront: through its
 * own /proc/kcore, with structure layouts by libbpf, and from the interface and the driver's
 * list of disks instead of the driver core's lists. Prints lines as tests/lab/driver-probe
 * does.
 */
#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int core;
static struct btf *kernel, *module; /* types: module's are the present driver's */

static void fail(const char *what)
{
	fprintf(stderr, "ring-state: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- memory and symbols ------------------------------------------------------------------- */

static void read_at(uint64_t address, void *buffer, size_t size)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (pread(core, &header, sizeof(header), 0) != sizeof(header))
		fail("header of kcore");
	for (int i = 0; i < header.e_phnum; i++) {
		off_t at = (off_t)(header.e_phoff + (uint64_t)i * sizeof(segment));

		if (pread(core, &segment, sizeof(segment), at) != sizeof(segment))
			fail("segment of kcore");
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address - segment.p_vaddr < segment.p_filesz) {
			at = (off_t)(segment.p_offset + (address - segment.p_vaddr));
			if (pread(core, buffer, size, at) != (ssize_t)size)
				fail("kcore");
			return;
		}
	}
	errno = EFAULT;
	fail("address in kcore");
}

static uint64_t number(uint64_t address, uint32_t size)
{
	uint64_t value = 0;

	read_at(address, &value, size);
	return value;
}

static uint64_t symbol(const char *wanted)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], name[256];
	uint64_t address;

	if (!file)
		fail("kallsyms");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%" SCNx64 " %*c %255s", &address, name) == 2 &&
		    !strcmp(name, wanted)) {
			fclose(file);
			return address;
		}
	errno = ENOENT;
	fail(wanted);
	return 0;
}

/* --- types -------------------------------------------------------------------------------- */

struct place {
	uint32_t offset, size;
};

/* A member, looked for in anonymous structures too. */
static bool find_member(const struct btf_type *type, const char *name, struct place *place,
			const struct btf_type **ret)
{
	const struct btf_member *members = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++) {
		uint32_t id = members[i].type,
			 offset = btf_member_bit_offset(type, (uint32_t)i) / 8;
		const char *own = btf__name_by_offset(module, members[i].name_off);
		const struct btf_type *inner;

		if (!strcmp(own, name)) {
			place->offset += offset;
			place->size = (uint32_t)btf__resolve_size(module, id);
			*ret = btf__type_by_id(module, (uint32_t)btf__resolve_type(module, id));
			return true;
		}
		inner = btf__type_by_id(module, (uint32_t)btf__resolve_type(module, id));
		if (*own || !btf_is_composite(inner))
			continue;
		place->offset += offset;
		if (find_member(inner, name, place, ret))
			return true;
		place->offset -= offset;
	}
	return false;
}

static struct place place_of(const char *structure, const char *path)
{
	int id = btf__find_by_name_kind(module, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = btf__type_by_id(module, (uint32_t)id);
	struct place place = {0};
	char copy[128], *rest = copy, *step;

	if (id < 0)
		fail(structure);
	snprintf(copy, sizeof(copy), "%s", path);
	while ((step = strsep(&rest, ".")))
		if (!find_member(type, step, &place, &type))
			fail(path);
	return place;
}

static uint64_t member(uint64_t base, const char *structure, const char *path)
{
	struct place place = place_of(structure, path);

	return number(base + place.offset, place.size);
}

static uint32_t size_of(const char *structure)
{
	int id = btf__find_by_name_kind(module, structure, BTF_KIND_STRUCT);

	if (id < 0)
		fail(structure);
	return btf__type_by_id(module, (uint32_t)id)->size;
}

static void open_types(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	module = btf__parse_split(path, kernel);
	if (!module)
		fail(path);
}

/* --- drivers ------------------------------------------------------------------------------ */

static void show_ring(uint64_t base, const char *structure, const char *ring)
{
	char path[64];
	static const char *const names[] = {"req_prod_pvt", "rsp_cons", "nr_ents"};

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s.%s", ring, names[i]);
		printf(" %s=%" PRIu64, i == 2 ? "slots" : names[i],
		       member(base, structure, path));
	}
}

/* The first interface but lo. */
static uint64_t find_interface(void)
{
	uint64_t head = symbol("init_net") + place_of("net", "dev_base_head").offset;
	struct place links = place_of("net_device", "dev_list");
	uint64_t node = number(head, 8);
	char name[16];

	for (; node != head; node = number(node, 8)) {
		uint64_t device = node - links.offset;

		read_at(device + place_of("net_device", "name").offset, name, sizeof(name));
		if (strncmp(name, "lo", 3)) {
			printf("netfront name=%.16s\n", name);
			return device;
		}
	}
	errno = ENODEV;
	fail("interface");
	return 0;
}

static uint32_t count_free(uint64_t queue)
{
	uint64_t links = queue + place_of("netfront_queue", "tx_link").offset;
	uint64_t at = member(queue, "netfront_queue", "tx_skb_freelist");
	uint32_t count = 0;

	for (; at < 256 && count <= 256; count++)
		at = number(links + 2 * at, 2);
	return count;
}

static void show_netfront(void)
{
	uint64_t device = find_interface(), info, queue;
	uint64_t count = member(device, "net_device", "real_num_tx_queues");

	info = device + (size_of("net_device") + 31) / 32 * 32;
	queue = member(info, "netfront_info", "queues");
	for (uint64_t i = 0; i < count; i++, queue += size_of("netfront_queue")) {
		printf("queue id=%" PRIu64 " tx", member(queue, "netfront_queue", "id"));
		show_ring(queue, "netfront_queue", "tx");
		printf(" tx_free=%u", count_free(queue));
		printf(" tx_evtchn=%" PRIu64, member(queue, "netfront_queue", "tx_evtchn"));
		printf(" tx_ring_ref=%" PRIu64, member(queue, "netfront_queue", "tx_ring_ref"));
		printf(" stopped=%" PRIu64,
		       member(member(device, "net_device", "_tx") + i * size_of("netdev_queue"),
			      "netdev_queue", "state") &
			       1);
		printf(" rx");
		show_ring(queue, "netfront_queue", "rx");
		printf(" rx_evtchn=%" PRIu64, member(queue, "netfront_queue", "rx_evtchn"));
		printf(" rx_ring_ref=%" PRIu64 "\n",
		       member(queue, "netfront_queue", "rx_ring_ref"));
	}
}

static void show_blkfront(void)
{
	uint64_t head = symbol("info_list"), node;

	for (node = number(head, 8); node != head; node = number(node, 8)) {
		uint64_t info = node - place_of("blkfront_info", "info_list").offset;
		uint64_t ring = member(info, "blkfront_info", "rinfo");
		char name[32];

		read_at(member(info, "blkfront_info", "gd") +
				place_of("gendisk", "disk_name").offset,
			name, sizeof(name));
		printf("blkfront name=%.32s connected=%" PRIu64 "\n", name,
		       member(info, "blkfront_info", "connected"));
		for (uint64_t i = 0; i < member(info, "blkfront_info", "nr_rings"); i++) {
			printf("ring id=%" PRIu64, i);
			show_ring(ring, "blkfront_ring_info", "ring");
			printf(" evtchn=%" PRIu64,
			       member(ring, "blkfront_ring_info", "evtchn"));
			printf(" ring_ref=%" PRIu64,
			       number(ring + place_of("blkfront_ring_info", "ring_ref").offset,
				      4));
			printf(" shadow_free=%" PRIu64,
			       member(ring, "blkfront_ring_info", "shadow_free"));
			printf(" persistent_gnts_c=%" PRIu64 "\n",
			       member(ring, "blkfront_ring_info", "persistent_gnts_c"));
			ring += member(info, "blkfront_info", "rinfo_size");
		}
	}
}

int main(void)
{
	core = open("/proc/kcore", O_RDONLY);
	if (core < 0)
		fail("/proc/kcore");
	kernel = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!kernel)
		fail("/sys/kernel/btf/vmlinux");
	open_types("xen_netfront");
	show_netfront();
	open_types("xen_blkfront");
	show_blkfront();
	return 0;
}
