/** The page: state in, requests out, answers onto the map and into the panels. */

import type { Map as LeafletMap } from "leaflet";

import { Resource } from "./api";
import { announce, emptyMessage, ShellDesk, showTip } from "./desk";
import { byId, h, isNarrow, isStill } from "./dom";
import { formatDate, formatNumber, isoOf } from "./format";
import { t } from "./i18n";
import { drawInset } from "./inset";
import type { Place } from "./layers/symbols";
import { chosenLayers, visibleLayers, withDefaults } from "./page_state";
import { Filters } from "./panels/filters";
import { LayerTree } from "./panels/layers_tree";
import { Shell } from "./panels/shell";
import { UnitTable } from "./panels/table";
import { type Known, WardPanel } from "./panels/ward";
import { Picture } from "./picture";
import { pointing } from "./pointing";
import * as requests from "./requests";
import { formatState, sameButView, StateHolder, type ViewState } from "./state";
import { onThemeChange } from "./theme";
import { Timeline } from "./timeline";
import type {
  Box, Category, Density, PageConfig, SearchHit, ShapeCollection, Summary, UnitCounts, UnitList, UnitTrend,
} from "./types";

/** The running page. */
export class App {
  readonly state: StateHolder;
  readonly shell: Shell;
  readonly timeline: Timeline;
  private readonly desk = new ShellDesk();
  private readonly picture: Picture;
  private readonly tree: LayerTree;
  private readonly filters: Filters;
  private readonly ward: WardPanel;
  private readonly table: UnitTable;
  private readonly wanted: ReturnType<App["resources"]>;
  private summary: Summary | null = null;
  private known: Known = { summary: null, trend: null };

  constructor(
    private readonly map: LeafletMap,
    private readonly config: PageConfig,
  ) {
    const categories = new Map(config.categories.map((category): [string, Category] => [category.slug, category]));
    this.state = new StateHolder((state) => withDefaults(config, state));
    this.openView();
    this.picture = new Picture(map, config, this.state.get(), this.desk, (metric) => this.state.push({ metric }));
    this.shell = new Shell(() => this.picture.placeLabels());
    this.tree = new LayerTree(config.layers, (visible) => this.state.push({ layers: chosenLayers(config, visible) }));
    this.filters = new Filters(config, (patch) => this.state.push(patch));
    this.timeline = new Timeline((span) =>
      this.state.push({ from: span && isoOf(span.start), to: span && isoOf(span.end) }));
    this.ward = new WardPanel({
      close: () => this.close(),
      table: () => this.openTable(),
      exportHref: () => this.snapshot("snapshot_pdf"),
      filter: (unit) => this.state.push({ unit }),
    }, categories);
    this.table = new UnitTable((id) => this.goTo(id));
    this.wanted = this.resources();
    this.wire();
  }

  /** Begin: draw what is known and ask for the rest. */
  run(): void {
    drawInset(null, this.config.extent);
    this.update(this.state.get(), null);
    this.wanted.insets.load(requests.plainAddress(this.config.urls.insets));
    // What was drawn on the canvas before a font arrived is drawn again with it.
    document.fonts.addEventListener("loadingdone", () => this.picture.redrawTexts());
  }

  openTable(): void {
    const { units, values } = this.picture;
    const counts = new Map(units.units.map(({ id }) => [id, values.get(id)?.count ?? null]));
    this.table.open(units.units, counts, byId("antt-sentence").textContent ?? "");
  }

  /** Go to a unit and open its panel. */
  goTo(id: string, box?: Box | null): void {
    const unit = this.picture.units.find(id);
    const bounds = unit?.bboxLonLat ?? box;
    this.state.push({ sel: unit?.id ?? id });
    if (bounds) this.fit(bounds);
    byId("antt-ward").querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  /** Show the unit with the highest value. */
  goToTop(): void {
    const top = [...this.picture.values].sort((a, b) => (b[1].value ?? 0) - (a[1].value ?? 0))[0];
    const id = top?.[0] ?? this.picture.units.units[0]?.id;
    if (id) this.goTo(id);
  }

  goToHit(hit: SearchHit): void {
    this.goTo(hit.unit, hit.bbox);
  }

  home(): void {
    this.fit(this.config.extent);
  }

  /** Put away what is on top: a menu, a sheet, the right panel. */
  close(): void {
    if (this.shell.closeTop()) return;
    this.closeWard();
  }

  private closeWard(): void {
    this.ward.hide();
    this.shell.wardSheet(false);
    if (this.state.get().sel) this.state.push({ sel: null });
  }

  private resources() {
    const { desk, picture } = this;
    const addresses = new Set(this.config.layers.filter(({ kind }) => kind === "symbols").map(({ url }) => url));
    return {
      units: new Resource<UnitList>(desk, (data) => this.takeUnits(data)),
      counts: new Resource<UnitCounts>(desk, (data) => picture.setCounts(data)),
      summary: new Resource<Summary>(desk, (data) => this.takeSummary(data), () => this.missSummary()),
      ward: new Resource<Summary>(desk, (data) => {
        this.known = { ...this.known, summary: data };
        this.drawWard();
      }),
      trend: new Resource<UnitTrend>(desk, (data) => {
        this.known = { ...this.known, trend: data };
        this.drawWard();
      }, undefined, "low"),
      density: new Resource<Density>(desk, (data) => picture.setDensity(data), undefined, "low"),
      insets: new Resource<ShapeCollection>(desk, (data) => drawInset(data, this.config.extent), undefined, "low"),
      signs: new Map([...addresses].map((url): [string, Resource<ShapeCollection>] =>
        [url, new Resource<ShapeCollection>(desk, (data) => picture.setSigns(url, data), undefined, "low")])),
    };
  }

  private wire(): void {
    const { picture } = this;
    pointing(this.map, {
      units: picture.units,
      points: picture.points,
      symbols: picture.symbols,
      unitLines: (unit) => [unit.props.name, picture.countLine(unit.id)],
      titleOf: (place) => picture.titleOf(place),
      chooseUnit: (unit) => this.state.push({ sel: unit.id }),
      choosePlaces: (places) => this.showPlaces(places),
    });
    this.state.listen((state, before) => this.update(state, before));
    this.map.on("moveend", () => {
      const { lat, lng } = this.map.getCenter();
      this.state.replace({ view: { lat, lon: lng, zoom: this.map.getZoom() } });
    });
    onThemeChange(() => picture.redraw());
  }

  private openView(): void {
    const view = this.state.get().view;
    this.map.options.zoomSnap = 0.25;
    this.map.setMinZoom(5).setMaxZoom(19);
    if (view) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
    else this.fit(this.config.extent, false);
  }

  private fit([west, south, east, north]: Box, animate = true): void {
    const narrow = isNarrow();
    const open = this.state.get().sel !== null;
    this.map.fitBounds([[south, west], [north, east]], {
      paddingTopLeft: narrow ? [12, 110] : [332, 84],
      paddingBottomRight: narrow ? [12, open ? 0.58 * window.innerHeight : 90] : [open ? 356 : 24, 150],
      maxZoom: 14,
      animate: animate && !isStill(),
    });
  }

  private update(state: ViewState, before: ViewState | null): void {
    this.writeLinks(state);
    if (before && state.view !== before.view) this.followView(state.view);
    if (before && sameButView(state, before)) return;
    this.load(state);
    this.picture.apply(state);
    this.tree.draw(visibleLayers(this.config, state));
    this.filters.draw(state);
    this.timeline.setPeriod(state.from, state.to);
    this.select(state.sel, before?.sel ?? null);
  }

  private followView(view: ViewState["view"]): void {
    if (!view) {
      this.fit(this.config.extent, false);
      return;
    }
    const center = this.map.getCenter();
    const near = Math.abs(center.lat - view.lat) < 1e-4 && Math.abs(center.lng - view.lon) < 1e-4;
    if (near && this.map.getZoom() === view.zoom) return;
    this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
  }

  private load(state: ViewState): void {
    const { config, wanted, picture } = this;
    const filtered = (url: string, on: boolean): string | null => (on ? requests.filteredAddress(url, state) : null);
    wanted.units.load(requests.unitListAddress(config, state));
    wanted.counts.load(filtered(config.urls.unit_counts, true));
    wanted.summary.load(filtered(config.urls.summary, true));
    const visible = visibleLayers(config, state);
    const surface = config.layers.some(({ kind, key }) => kind === "raster" && visible.includes(key));
    wanted.density.load(filtered(config.urls.density, surface));
    for (const { kind, key, url } of config.layers)
      if (kind === "symbols" && visible.includes(key)) wanted.signs.get(url)?.load(requests.plainAddress(url));
    const unit = picture.units.find(state.sel);
    wanted.ward.load(unit ? requests.unitSummaryAddress(config, state, unit.id) : null);
    wanted.trend.load(unit ? requests.unitTrendAddress(config, state, unit.id) : null);
  }

  private takeUnits(data: UnitList): void {
    this.picture.setUnits(data);
    // What the pointer rests on may be another unit now.
    showTip(null);
    this.filters.setUnits(this.picture.units.units);
    this.select(this.state.get().sel, null);
    this.load(this.state.get());
    this.showEmptiness();
  }

  private takeSummary(data: Summary): void {
    const { meta, timeline } = data;
    this.summary = data;
    this.timeline.setCounts(timeline.start, timeline.counts);
    const parts: (Node | string)[] = [`${meta.sentence}: `, h("b", {}, t("sentence.incidents", { n: formatNumber(meta.total) }))];
    if (meta.unplaced) parts.push(`, ${t("sentence.unplaced", { n: formatNumber(meta.unplaced) })}`);
    const line = byId("antt-sentence");
    line.replaceChildren(...parts);
    line.title = line.textContent ?? "";
    announce(line.title);
    this.showEmptiness();
  }

  private missSummary(): void {
    if (!this.summary) byId("antt-sentence").textContent = t("sentence.failed");
  }

  private select(sel: string | null, before: string | null): void {
    const unit = this.picture.units.find(sel);
    this.picture.select(unit);
    if (sel !== before) this.known = { summary: null, trend: null };
    if (unit) {
      this.drawWard();
      if (sel !== before) this.shell.wardSheet(true);
    } else if (before) {
      this.ward.hide();
      this.shell.wardSheet(false);
    }
  }

  private drawWard(): void {
    const { sel, unit: filter } = this.state.get();
    const unit = this.picture.units.find(sel);
    if (!unit) return;
    this.ward.showUnit(unit, this.known, this.picture.units.find(filter)?.id === unit.id);
    this.picture.placeLabels();
  }

  private showPlaces(places: Place[]): void {
    if (this.state.get().sel) this.state.push({ sel: null });
    const titleOf = (place: Place): string => this.picture.titleOf(place);
    if (places.length === 1) this.ward.showPlace(places[0], titleOf(places[0]));
    else this.ward.showPlaces(places, titleOf);
    this.shell.wardSheet(true);
  }

  private showEmptiness(): void {
    const state = this.state.get();
    if (!this.picture.units.units.length) {
      const date = formatDate(state.asOf ?? this.config.as_of);
      emptyMessage({ text: t("empty.units_on", { date }), hint: t("empty.units_hint") });
    } else if (!this.summary || this.summary.meta.total) emptyMessage(null);
    else if (!this.config.time) emptyMessage({ text: t("empty.store"), hint: t("empty.store_hint") });
    else if (state.from || state.to) this.offer("empty.period", "empty.widen", { from: null, to: null });
    else this.offer("empty.filter", "empty.clear", { categories: [], unit: null });
  }

  private offer(text: string, label: string, patch: Partial<ViewState>): void {
    emptyMessage({ text: t(text), action: { label: t(label), act: () => this.state.push(patch) } });
  }

  private snapshot(kind: "snapshot_pdf" | "snapshot_png"): string {
    const state = this.state.get();
    const layers = visibleLayers(this.config, state);
    // The whole area is printed until the reader has moved the map.
    const box = state.view ? this.map.getBounds() : null;
    return requests.snapshotAddress(this.config.urls[kind], state, { layers, box });
  }

  private writeLinks(state: ViewState): void {
    byId<HTMLAnchorElement>("antt-export-pdf").href = this.snapshot("snapshot_pdf");
    byId<HTMLAnchorElement>("antt-export-png").href = this.snapshot("snapshot_png");
    const link = byId<HTMLAnchorElement>("antt-lang");
    link.href = formatState({ ...state, lang: link.hreflang });
  }
}
