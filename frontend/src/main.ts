/** Entry of the bundle: `antt.start(map, config)` on a map that the page has made. */

import * as L from "leaflet";

import "./style/index.css";
import { App } from "./app";
import { byId, h, isNarrow, refill } from "./dom";
import { setMessages, t } from "./i18n";
import { keyboard } from "./keyboard";
import { quietMap } from "./map_widget";
import { settle } from "./page_state";
import * as requests from "./requests";
import { scaleBar } from "./scalebar";
import { Search } from "./search";
import { shared } from "./shared";
import type { PageConfig } from "./types";
import { welcome } from "./welcome";

function writeFrame(config: PageConfig): void {
  document.title = `${config.place} – ${config.title}`;
  byId("antt-place").textContent = config.place;
  const notices = byId("antt-notices");
  refill(notices, ...config.notices.map((notice) => h("span", {}, notice)));
  notices.hidden = config.notices.length === 0;
}

/** Bring the page to life. */
export function start(map: L.Map, given: PageConfig): App {
  const config = settle(given, location.search);
  setMessages(config.messages, config.lang);
  writeFrame(config);
  quietMap(map, t("map.label"));
  const app = new App(map, config);
  const search = new Search(
    (text) => requests.searchAddress(config, app.state.get(), text),
    (hit) => app.goToHit(hit),
  );
  const help = byId<HTMLDialogElement>("antt-help");
  const openHelp = (): void => help.showModal();
  const filters = (): void => app.shell.open("filters");
  const openRecord = (): void => {
    if (config.may_edit) app.records.openNew();
  };
  for (const part of document.querySelectorAll<HTMLElement>("[data-may-edit]")) part.hidden = !config.may_edit;
  byId("antt-record-open").addEventListener("click", openRecord);
  keyboard(map, {
    search: () => search.focus(),
    layers: () => app.shell.open("layers"),
    filters,
    hotspots: () => app.shell.open("hotspots"),
    table: () => app.openTable(),
    record: openRecord,
    help: openHelp,
    close: () => app.close(),
  });
  byId("antt-help-open").addEventListener("click", openHelp);
  byId("antt-table-open").addEventListener("click", () => app.openTable());
  byId("antt-zoom-in").addEventListener("click", () => map.zoomIn());
  byId("antt-zoom-out").addEventListener("click", () => map.zoomOut());
  byId("antt-home").addEventListener("click", () => app.home());
  scaleBar(map);
  app.run();
  welcome([
    { key: "search", act: () => search.focus() },
    { key: "time", act: () => (isNarrow() ? app.shell.sheet("time") : app.timeline.focus()) },
    { key: "ward", act: () => app.goToTop() },
  ]);
  return app;
}

// The page's own script makes the map with these and hands it over; nothing else of the widget ships.
const widget = {
  map: L.map,
  Map: L.Map,
  CRS: L.CRS,
  latLng: L.latLng,
  latLngBounds: L.latLngBounds,
  point: L.point,
  imageOverlay: L.imageOverlay,
};
Object.assign(window, { L: widget, antt: { start, shared } });
