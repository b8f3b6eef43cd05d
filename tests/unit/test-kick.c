/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is woken by hand: by its verdict, at the right end, and nobody else. */
#include "ringtrace/kick.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "tests/support/channels-double.h"
#include "tests/support/guest-double.h"
#include "tests/support/ring-examples.h"
#include "tests/support/ring-world.h"

enum {
	GUEST_PORT = 11,
	DOM0_PORT = 42,
};

struct world {
	struct ring_world rings;
	struct px_guest_double *guest;
	struct px_channels_double *channels;
	struct px_kick kick;
	char folder[64];
	char file[160]; /* the debug file of vif 0, queue 0 */
};

static void make_folders(const char *path)
{
	char part[160];

	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		mkdir(part, 0700);
	}
}

static void set_up(struct world *world, const char *id)
{
	const struct ring_example *example = NULL;
	size_t count = 0;

	*world = (struct world){.folder = "/tmp/px-kick-XXXXXX"};
	for (const struct ring_example *e = ring_examples(&count); count--; e++)
		if (!strcmp(e->id, id) && !example)
			example = e;
	assert_non_null(example);
	ring_world_init(&world->rings, example->kind, 1000);
	for (size_t i = 0; i < 2; i++) {
		struct px_ring_reading *reading = ring_world_reading(&world->rings, i);

		example->make(reading);
		reading->front_port.port = PX_FACT(GUEST_PORT);
		reading->back_port.port = PX_FACT(DOM0_PORT);
	}
	/* Judged as a part of the tree, too. */
	world->rings.rings.devices = &world->rings.device;
	world->rings.rings.device_count = 1;
	world->guest = px_guest_double_new(PX_GUEST_PVH, 1);
	world->channels = px_channels_double_new(&world->guest->guest);
	px_channels_double_bind(world->channels, GUEST_PORT, DOM0_PORT, 0);
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->file, sizeof(world->file),
		 "%s/sys/kernel/debug/xen-netback/vif7.%u/io_ring_q0", world->folder,
		 world->rings.device.id);
	make_folders(world->file);
	close(open(world->file, O_WRONLY | O_CREAT, 0600));
}

static void tear_down(struct world *world)
{
	char *end;

	px_kick_close(&world->kick);
	px_event_channels_close(&world->channels->channels);
	px_guest_close(&world->guest->guest);
	unlink(world->file);
	while ((end = strrchr(world->file, '/')) > world->file + strlen("/tmp")) {
		*end = '\0';
		rmdir(world->file);
	}
}

static bool kick(struct world *world)
{
	bool kicked = false;

	assert_null(px_kick_open(world->folder, 7, &world->kick));
	assert_null(px_kick_faulty(&world->kick, &world->channels->channels,
				   &world->rings.rings, &kicked));
	return kicked;
}

static void assert_written(const struct world *world, const char *text)
{
	char buffer[64] = "";
	int fd = open(world->file, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, buffer, sizeof(buffer) - 1) >= 0);
	close(fd);
	assert_string_equal(buffer, text);
}

static void requests_that_were_missed_wake_the_back_end(void **state)
{
	struct world world;

	set_up(&world, "A1");
	assert_true(kick(&world));
	assert_written(&world, "kick");
	assert_int_equal(world.channels->sent_count, 0);
	assert_true(world.rings.ring[0].readings[2].kicked);
	tear_down(&world);
}

static void responses_that_were_missed_wake_the_guest(void **state)
{
	static const char *const ids[] = {"B1", "B4"};

	for (size_t i = 0; i < px_array_size(ids); i++) {
		struct world world;

		set_up(&world, ids[i]);
		assert_true(kick(&world));
		assert_written(&world, "");
		assert_int_equal(world.channels->sent_count, 1);
		assert_int_equal(world.channels->sent[0], DOM0_PORT);
		assert_true(world.rings.ring[0].readings[2].kicked);
		tear_down(&world);
	}
}

static void what_no_event_mends_wakes_nobody(void **state)
{
	static const char *const ids[] = {"T", "M", "S", "H"};

	for (size_t i = 0; i < px_array_size(ids); i++) {
		struct world world;

		set_up(&world, ids[i]);
		assert_false(kick(&world));
		assert_written(&world, "");
		assert_int_equal(world.channels->sent_count, 0);
		assert_false(world.rings.ring[0].readings[2].kicked);
		tear_down(&world);
	}
}

/* The port may be another channel's by now. */
static void a_channel_that_has_gone_gets_nothing(void **state)
{
	struct world world;

	set_up(&world, "B1");
	ring_world_reading(&world.rings, 1)->front_port.port = PX_FACT(GUEST_PORT + 1);
	assert_false(kick(&world));
	assert_int_equal(world.channels->sent_count, 0);
	assert_false(world.rings.ring[0].readings[2].kicked);
	tear_down(&world);
}

static void a_back_end_elsewhere_cannot_be_woken(void **state)
{
	struct world world;

	set_up(&world, "A1");
	unlink(world.file);
	assert_false(kick(&world));
	assert_false(world.rings.ring[0].readings[2].kicked);
	tear_down(&world);
	set_up(&world, "B1");
	world.rings.device.back_domain = 3;
	assert_false(kick(&world));
	assert_int_equal(world.channels->sent_count, 0);
	tear_down(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_that_were_missed_wake_the_back_end),
		cmocka_unit_test(responses_that_were_missed_wake_the_guest),
		cmocka_unit_test(what_no_event_mends_wakes_nobody),
		cmocka_unit_test(a_channel_that_has_gone_gets_nothing),
		cmocka_unit_test(a_back_end_elsewhere_cannot_be_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
