/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frame colours: warm for user code, blue for the kernel, green for modules, grey for unknown.
 */
#include "report/palette.h"

#include <math.h>
#include <string.h>

/* Hue in degrees, the others in percent; a name's hash picks a place within the spans. */
struct shade {
	int hue, hue_span;
	int saturation;
	int light, light_span;
};

static const struct shade shades[PX_NAME_KINDS] = {
	[PX_NAME_TASK] = {250, 20, 26, 82, 4},	 [PX_NAME_KERNEL] = {198, 26, 62, 68, 8},
	[PX_NAME_MODULE] = {158, 20, 42, 64, 8}, [PX_NAME_USER] = {20, 30, 86, 66, 9},
	[PX_NAME_UNKNOWN] = {220, 10, 8, 74, 7},
};

/* One channel of HSL to RGB, from CSS Color Module Level 4, section 7.1; n is 0, 8 or 4. */
static uint32_t channel(double hue, double saturation, double light, int n)
{
	double k = fmod(n + hue / 30, 12);
	double a = saturation * (light < 0.5 ? light : 1 - light);
	double toward = k - 3 < 9 - k ? k - 3 : 9 - k;

	toward = toward > 1 ? 1 : toward < -1 ? -1 : toward;
	return (uint32_t)lround(255 * (light - a * toward));
}

uint32_t px_palette_colour(enum px_name_kind kind, const char *name)
{
	const struct shade *s = &shades[kind];
	uint32_t hash = px_hash_text(name, strlen(name));
	double hue = s->hue + (double)(hash % 97) / 97 * s->hue_span;
	double light = (s->light + (double)(hash / 97 % 89) / 89 * s->light_span) / 100;
	double saturation = s->saturation / 100.0;

	return channel(hue, saturation, light, 0) << 16 |
	       channel(hue, saturation, light, 8) << 8 | channel(hue, saturation, light, 4);
}
