/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of report/html. */
#include "report/assets.h"

PX_ASSET(page_html, "report/html/page.html");
PX_ASSET(style_css, "report/html/style.css");
PX_ASSET(model_js, "report/html/model.js");
PX_ASSET(canvas_js, "report/html/canvas.js");
PX_ASSET(app_js, "report/html/app.js");
PX_ASSET(svg_css, "report/html/svg.css");
PX_ASSET(svg_js, "report/html/svg.js");
