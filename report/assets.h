/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of report/html that are part of the program. */
#ifndef PX_REPORT_ASSETS_H
#define PX_REPORT_ASSETS_H

#include "lib/asset.h"

extern const struct px_asset px_asset_page_html;
extern const struct px_asset px_asset_style_css;
extern const struct px_asset px_asset_model_js;
extern const struct px_asset px_asset_canvas_js;
extern const struct px_asset px_asset_app_js;
extern const struct px_asset px_asset_svg_css;
extern const struct px_asset px_asset_svg_js;

#endif
