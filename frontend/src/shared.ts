/** What the parts fetched later take from the page's own script, so that it is shipped and kept once. */

import * as api from "./api";
import * as desk from "./desk";
import * as dom from "./dom";
import * as format from "./format";
import * as geometry from "./geometry";
import * as i18n from "./i18n";
import * as jobs from "./jobs";
import * as canvas_layer from "./layers/canvas_layer";
import * as requests from "./requests";
import * as theme from "./theme";

/** Modules by their path below `src`. */
export const shared: Record<string, object> = {
  api, desk, dom, format, geometry, i18n, jobs, "layers/canvas_layer": canvas_layer, requests, theme,
};
