/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of report/html, taken in by the assembler. */
#include "report/assets.h"

#define ASSET(name, file)                                                  \
	__asm__(".pushsection .rodata\n"                                   \
		"px_bytes_" #name ":\n"                                    \
		".incbin \"report/html/" file "\"\n"                       \
		"px_bytes_" #name "_end:\n"                                \
		".popsection\n");                                          \
	extern const char px_bytes_##name[], px_bytes_##name##_end[];      \
	const struct px_asset px_asset_##name = {.start = px_bytes_##name, \
						 .end = px_bytes_##name##_end}

ASSET(page_html, "page.html");
ASSET(style_css, "style.css");
ASSET(model_js, "model.js");
ASSET(canvas_js, "canvas.js");
ASSET(app_js, "app.js");
ASSET(svg_css, "svg.css");
ASSET(svg_js, "svg.js");

void px_asset_write(const struct px_asset *asset, FILE *out)
{
	fwrite(asset->start, 1, (size_t)(asset->end - asset->start), out);
}
