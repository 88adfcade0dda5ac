/** The page: state in, requests out, answers onto the map and into the panels. */

import type { Map as LeafletMap } from "leaflet";

import { Resource } from "./api";
import { Comparison } from "./comparison";
import { plainCounts, recastCounts } from "./counts";
import { announce, emptyMessage, ShellDesk, showTip } from "./desk";
import { byId, h } from "./dom";
import { printAddress, writeLinks } from "./exports";
import { formatDate, formatNumber, isoOf } from "./format";
import { around, type Former, formerOf } from "./former";
import { HotspotDoor } from "./hotspot_part";
import { t } from "./i18n";
import { drawInset } from "./inset";
import type { Place } from "./layers/symbols";
import { drawLegend } from "./legend";
import { chosenLayers, inWholeMonths, visibleLayers, withDefaults } from "./page_state";
import { Filters } from "./panels/filters";
import { LayerTree } from "./panels/layers_tree";
import { Shell } from "./panels/shell";
import { UnitTable } from "./panels/table";
import { VintageBar } from "./panels/vintages";
import { type Known, WardPanel } from "./panels/ward";
import { Picture } from "./picture";
import { pointing } from "./pointing";
import { RecordDesk } from "./record/desk";
import * as requests from "./requests";
import { sameButView, StateHolder, type ViewState } from "./state";
import { onThemeChange } from "./theme";
import { Timeline } from "./timeline";
import type {
  CameraCounts, Category, Density, PageConfig, SearchHit, ShapeCollection, Summary, UnitCounts, UnitFamily, UnitList, UnitRecast,
  UnitTrend, VintageList,
} from "./types";
import { Viewport } from "./viewport";
import { allPublished, toMonthEnd } from "./withheld";

/** The running page. */
export class App {
  readonly state: StateHolder;
  readonly shell: Shell;
  readonly timeline: Timeline;
  readonly records: RecordDesk;
  private readonly hotspots: HotspotDoor;
  private readonly desk = new ShellDesk();
  private readonly viewport: Viewport;
  private readonly picture: Picture;
  private readonly comparison: Comparison;
  private readonly vintages: VintageBar;
  private readonly tree: LayerTree;
  private readonly filters: Filters;
  private readonly ward: WardPanel;
  private readonly table: UnitTable;
  private readonly wanted: ReturnType<App["resources"]>;
  private summary: Summary | null = null;
  private shownDay: string;
  private known: Known = { summary: null, trend: null, recast: null, former: null, cameras: null };
  /** Units to be shown whole as soon as they are in the list. */
  private awaited: string[] = [];

  constructor(
    private readonly map: LeafletMap,
    private readonly config: PageConfig,
  ) {
    const categories = new Map(config.categories.map((category): [string, Category] => [category.slug, category]));
    this.shownDay = config.as_of;
    this.state = new StateHolder((state) => withDefaults(config, state), (state) => inWholeMonths(config, state));
    this.picture = new Picture(map, config, this.state.get(), this.desk, (legend) =>
      drawLegend(legend, (metric) => this.state.push({ metric })));
    const choose = (patch: Partial<ViewState>): void => this.state.push(patch);
    this.comparison = new Comparison({ map, picture: this.picture }, config, this.desk, choose);
    this.vintages = new VintageBar(config.vintages.length > 1, choose);
    this.viewport = new Viewport(map, config.extent, this.state);
    this.shell = new Shell(() => this.pictures((picture) => picture.placeLabels()),
      (tab) => tab === "hotspots" && this.hotspots.open());
    this.tree = new LayerTree(config.layers, (visible) =>
      this.state.push({ layers: chosenLayers(config, visible, this.state.get()) }));
    this.filters = new Filters(config, choose);
    this.timeline = new Timeline((span) =>
      this.state.push({ from: span && isoOf(span.start), to: span && isoOf(span.end) }), allPublished(config.withheld));
    this.ward = new WardPanel({
      close: () => this.close(),
      table: () => this.openTable(),
      exportHref: () => printAddress(map, config, "pdf", this.state.get()),
      filter: (unit) => this.state.push({ unit }),
      goTo: (unit) => this.goTo(unit),
      seeBefore: (former) => this.seeBefore(former),
      pageOf: (unit) => requests.unitPageAddress(config, this.state.get(), unit),
    }, categories, config);
    this.table = new UnitTable((id) => this.goTo(id));
    this.records = new RecordDesk({
      map, config, desk: this.desk, units: this.picture.units,
      asOf: () => this.state.get().asOf,
      lookup: (place, radius_m) => requests.recordsAtAddress(this.state.get(), place, radius_m),
      written: () => this.renew(),
    });
    this.hotspots = new HotspotDoor({
      map, config, desk: this.desk, state: this.state, units: this.picture.units,
      showResults: (open) => this.shell.hotspotSheet(open),
      fit: (box) => this.viewport.fit(box),
      setMarks: (marks, boxes) => this.picture.setMarks(marks, boxes),
    });
    this.wanted = this.resources();
    this.wire();
  }

  /** Begin: draw what is known and ask for the rest. */
  run(): void {
    drawInset(null, this.config.extent);
    this.comparison.arrange(this.state.get());
    if (this.state.get().hot) this.shell.tab("hotspots");
    this.viewport.follow(this.state.get().view, true);
    this.viewport.watch();
    this.update(this.state.get(), null);
    this.wanted.insets.load(requests.plainAddress(this.config.urls.insets));
    // What was drawn on the canvas before a font arrived is drawn again with it.
    document.fonts.addEventListener("loadingdone", () => this.pictures((picture) => picture.redrawTexts()));
  }

  private pictures(act: (picture: Picture) => void): void {
    this.comparison.pictures().forEach(act);
  }

  openTable(): void {
    const { units, values } = this.picture;
    const counts = new Map(units.units.map(({ id }) => [id, values.get(id)?.count ?? null]));
    this.table.open(units.units, counts, byId("antt-sentence").textContent ?? "");
  }

  /** Go to a unit and open its panel. */
  goTo(id: string): void {
    this.goToAll([this.picture.units.find(id)?.id ?? id], {});
  }

  /** Go to several units, of which the first is chosen; they may be of another day than the one shown. */
  private goToAll(ids: string[], patch: Partial<ViewState>): void {
    this.awaited = ids;
    this.state.push({ ...patch, sel: ids[0] });
    this.fitAwaited();
  }

  private fitAwaited(): void {
    const found = this.awaited.map((id) => this.picture.units.find(id));
    if (!found.length || !found[0]) return;
    this.awaited = [];
    const box = around(found.map((unit) => unit?.bboxLonLat));
    if (box) this.viewport.fit(box);
    byId("antt-ward").querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  private seeBefore({ unit, lastDay }: Former): void {
    this.goToAll([unit], { asOf: lastDay });
  }

  /** Show the unit with the highest value. */
  goToTop(): void {
    const top = [...this.picture.values].sort((a, b) => (b[1].value ?? 0) - (a[1].value ?? 0))[0];
    const id = top?.[0] ?? this.picture.units.units[0]?.id;
    if (id) this.goTo(id);
  }

  /** Go to what was found; for a unit that is gone, to what stands in its place today. */
  goToHit({ unit, valid_from: from, valid_to: to }: SearchHit): void {
    if (this.picture.units.find(unit)) this.goTo(unit);
    else if (to !== null) this.wanted.family.load(requests.lineageAddress(this.config, unit));
    // One that is not in the list of today begins later.
    else this.goToAll([unit], { asOf: this.state.get().asOf === null ? from : null });
  }

  private takeFamily(family: UnitFamily): void {
    // The same unit may be chosen again.
    this.wanted.family.load(null);
    const former = formerOf(family);
    if (!former) return;
    this.known = { ...this.known, former };
    if (former.heirs.length) this.goToAll(former.heirs.map(({ unit }) => unit), { asOf: null });
    else if (former.box) this.seeBefore(former);
    else location.assign(requests.unitPageAddress(this.config, this.state.get(), former.unit));
  }

  home(): void {
    this.viewport.home();
  }

  /** Put away what is on top: a menu, a sheet, the right panel. */
  close(): void {
    if (this.shell.closeTop() || this.records.close()) return;
    if (byId("antt-ward").hidden && this.state.get().hot) this.state.push({ hot: null, hotWith: [], hotAt: null });
    else this.closeWard();
  }

  /** Fetch what depends on the incidents anew. */
  private renew(): void {
    const { counts, recast, summary, ward, trend, density } = this.wanted;
    for (const each of [counts, recast, summary, ward, trend, density]) each.again();
    this.pictures(({ points }) => points.renew());
    this.hotspots.renew();
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
      vintages: new Resource<VintageList>(desk, (data) => this.takeVintages(data), undefined, "low"),
      counts: new Resource<UnitCounts>(desk, (data) => picture.setCounts(plainCounts(data))),
      recast: new Resource<UnitRecast>(desk, (data) => this.takeRecast(data), () => this.takeRecast(null), "low"),
      summary: new Resource<Summary>(desk, (data) => this.takeSummary(data), () => this.missSummary()),
      ward: new Resource<Summary>(desk, (data) => {
        this.known = { ...this.known, summary: data };
        this.drawWard();
      }),
      trend: new Resource<UnitTrend>(desk, (data) => {
        this.known = { ...this.known, trend: data };
        this.drawWard();
      }, undefined, "low"),
      cameras: new Resource<CameraCounts>(desk, (data) => {
        this.known = { ...this.known, cameras: data };
        this.drawWard();
      }, undefined, "low"),
      family: new Resource<UnitFamily>(desk, (data) => this.takeFamily(data)),
      density: new Resource<Density>(desk, (data) => this.pictures((each) => each.setDensity(data)), undefined, "low"),
      insets: new Resource<ShapeCollection>(desk, (data) => drawInset(data, this.config.extent), undefined, "low"),
      signs: new Map([...addresses].map((url): [string, Resource<ShapeCollection>] =>
        [url, new Resource<ShapeCollection>(desk, (data) => this.pictures((each) => each.setSigns(url, data)), undefined, "low")])),
    };
  }

  private wire(): void {
    const { picture } = this;
    pointing(this.map, {
      ...picture.pointable(),
      chooseUnit: (unit) => this.state.push({ sel: unit.id }),
      choosePlaces: (places) => this.showPlaces(places),
      choosePoint: (hit, missed) => this.records.openHit(hit, missed),
      press: (place) => this.records.press(place),
      over: ({ lat, lng }) => this.hotspots.at(lat, lng),
      beside: (at) => this.comparison.beside(at),
    });
    this.state.listen((state, before) => this.update(state, before));
    onThemeChange(() => { this.pictures((each) => each.redraw()); this.hotspots.redraw(); });
  }

  private update(state: ViewState, before: ViewState | null): void {
    writeLinks(this.map, this.config, state);
    if (before && state.view !== before.view) this.viewport.follow(state.view);
    if (before && sameButView(state, before)) return;
    this.arrange(state, before);
    this.load(state);
    this.picture.apply(state);
    this.comparison.apply(state);
    this.showRecast();
    this.vintages.draw(state);
    this.tree.draw(visibleLayers(this.config, state));
    this.filters.draw(state);
    this.timeline.setPeriod(state.from, state.to);
    this.select(state.sel, before?.sel ?? null);
    this.hotspots.apply(state);
  }

  /** One map or two: what was seen before is seen again in the room there is now. */
  private arrange(state: ViewState, before: ViewState | null): void {
    const seen = before && this.viewport.seen(before);
    // A close view loses more than it gains by being fitted anew.
    const panelled = before !== null && !before.hot !== !state.hot && this.map.getZoom() <= 13;
    // Going back in the history brings its own view.
    if (!(this.comparison.arrange(state) || panelled) || !seen) return;
    this.shell.closeTop();
    if (state.view === before.view) this.viewport.fit(seen, false);
  }

  private load(state: ViewState): void {
    const { config, wanted, picture } = this;
    const filtered = (url: string, on: boolean): string | null => (on ? requests.filteredAddress(url, state) : null);
    wanted.units.load(requests.unitListAddress(config, state));
    wanted.counts.load(filtered(config.urls.unit_counts, state.asOf2 === null));
    if (config.vintages.length > 1) wanted.vintages.load(config.urls.vintages);
    wanted.summary.load(filtered(config.urls.summary, true));
    const visible = visibleLayers(config, state);
    const surface = config.layers.some(({ kind, key }) => kind === "raster" && visible.includes(key));
    wanted.density.load(surface ? requests.densityAddress(config, state) : null);
    for (const { kind, key, url } of config.layers)
      if (kind === "symbols" && visible.includes(key)) wanted.signs.get(url)?.load(requests.plainAddress(url));
    const unit = picture.units.find(state.sel);
    wanted.ward.load(unit ? requests.unitSummaryAddress(config, state, unit.id) : null);
    wanted.trend.load(unit ? requests.unitTrendAddress(config, state, unit.id) : null);
    if (unit && config.urls.camera_counts) wanted.cameras.load(config.urls.camera_counts);
    wanted.recast.load(unit || state.asOf2 !== null ? requests.recastAddress(config, state) : null);
  }

  private takeUnits(data: UnitList): void {
    this.picture.setUnits(data);
    this.comparison.takeFirst({ list: data });
    this.shownDay = data.meta.as_of;
    // What the pointer rests on may be another unit now.
    showTip(null);
    this.filters.setUnits(this.picture.units.units);
    this.select(this.state.get().sel, null);
    this.load(this.state.get());
    this.fitAwaited();
    this.showEmptiness();
  }

  private takeRecast(recast: UnitRecast | null): void {
    this.known = { ...this.known, recast };
    this.showRecast();
    this.drawWard();
  }

  /** Beside other boundaries a count has to say what it does not know. */
  private showRecast(): void {
    const { recast } = this.known;
    if (!recast || this.state.get().asOf2 === null) return;
    this.picture.setCounts(recastCounts(recast));
    this.comparison.takeFirst({ recast });
  }

  private takeVintages(data: VintageList): void {
    this.vintages.setVintages(data);
    this.comparison.setVintages(data);
  }

  private takeSummary(data: Summary): void {
    const { meta, timeline } = data;
    this.summary = data;
    const { start, counts } = timeline;
    this.timeline.setCounts(start, start && allPublished(this.config.withheld) ? toMonthEnd(start, counts) : counts);
    const parts: (Node | string)[] = [`${meta.sentence}: `, h("b", {}, t(this.words.total, { n: formatNumber(meta.total) }))];
    if (meta.unplaced) parts.push(`, ${t(this.words.unplaced, { n: formatNumber(meta.unplaced) })}`);
    const line = byId("antt-sentence");
    line.replaceChildren(...parts);
    line.title = line.textContent ?? "";
    announce(line.title);
    this.showEmptiness();
  }

  /** Published counts without a place are those of a whole ward. */
  private get words(): { total: string; unplaced: string } {
    const { withheld } = this.config;
    if (allPublished(withheld)) return { total: "sentence.published", unplaced: "sentence.by_unit_only" };
    return { total: "sentence.incidents", unplaced: withheld ? "sentence.without_point" : "sentence.unplaced" };
  }

  private missSummary(): void {
    if (!this.summary) byId("antt-sentence").textContent = t("sentence.failed");
  }

  private select(sel: string | null, before: string | null): void {
    const unit = this.picture.units.find(sel);
    this.picture.select(unit);
    if (sel !== before) this.known = { ...this.known, summary: null, trend: null };
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
    // Each of two maps says for itself that it is empty.
    if (state.asOf2) emptyMessage(null);
    else if (!this.picture.units.units.length) {
      const date = formatDate(this.shownDay);
      emptyMessage({ text: t("empty.units_on", { date }), hint: t("empty.units_hint") });
    } else if (!this.summary || this.summary.meta.total) emptyMessage(null);
    else if (!this.config.time) emptyMessage({ text: t("empty.store"), hint: t("empty.store_hint") });
    else if (state.from || state.to) this.offer("empty.period", "empty.widen", { from: null, to: null });
    else this.offer("empty.filter", "empty.clear", { categories: [], unit: null });
  }

  private offer(text: string, label: string, patch: Partial<ViewState>): void {
    emptyMessage({ text: t(text), action: { label: t(label), act: () => this.state.push(patch) } });
  }
}
