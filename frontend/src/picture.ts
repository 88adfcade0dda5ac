/** Everything drawn on the map, and the legend that belongs to it. */

import type { Map as LeafletMap } from "leaflet";

import type { Desk } from "./api";
import { quantileBreaks, rampFor, unitValue, type UnitValue } from "./classes";
import { rangeText, type Counts } from "./counts";
import { formatNumber, formatRate } from "./format";
import { t } from "./i18n";
import { later, type Rect } from "./layers/canvas_layer";
import { DensityLayer } from "./layers/density";
import { LabelsLayer } from "./layers/labels";
import { PointsLayer } from "./layers/points";
import { placesOf, SymbolsLayer, type Place } from "./layers/symbols";
import { UnitsLayer, type Fill } from "./layers/units";
import type { LegendMarks, LegendState } from "./legend";
import { visibleLayers } from "./page_state";
import type { Pointable } from "./pointing";
import * as requests from "./requests";
import type { Metric, ViewState } from "./state";
import { drawnRamp } from "./theme";
import type {
  Density, LayerConfig, LayerKind, PageConfig, ShapeCollection, UnitList,
} from "./types";
import { unitsOf, type Unit } from "./units";
import { shownCount } from "./withheld";

/** The picture on the map. `apply` is called with each new state, the setters with each answer. */
export class Picture {
  readonly units: UnitsLayer;
  readonly points: PointsLayer;
  readonly symbols: SymbolsLayer;
  /** Values by unit under the measure that is drawn. */
  values = new Map<string, UnitValue>();
  private readonly labels: LabelsLayer;
  private readonly density: DensityLayer;
  private readonly places = new Map<string, Place[]>();
  private densityData: Density | null = null;
  private marks: LegendMarks | null = null;
  private markBoxes: () => Rect[] = () => [];
  private list: UnitList | null = null;
  private counts: Counts | null = null;
  private fill: Fill | null = null;
  /** The picture beside this one, which shares its classes. */
  private peer: Picture | null = null;
  private shown: Place[] = [];
  private ready = false;
  private noted = false;

  constructor(
    map: LeafletMap,
    private readonly config: PageConfig,
    private state: ViewState,
    desk: Desk,
    private readonly writeLegend: (legend: LegendState) => void,
  ) {
    this.units = new UnitsLayer(map, desk, () => this.noteDrawn());
    this.density = new DensityLayer(map);
    this.points = new PointsLayer(map, config.categories, desk, () => this.drawnPoints()).addTo(map);
    this.symbols = new SymbolsLayer(map).addTo(map);
    const obstacles = () => [...this.symbols.boxes(), ...this.points.boxes(), ...this.markBoxes()];
    this.labels = new LabelsLayer(map, obstacles, (id) => this.figure(id)).addTo(map);
    map.on("moveend", () => this.drawLegend());
    this.ready = true;
  }

  /** Draw for a new state with the data that is here. */
  apply(state: ViewState): void {
    this.state = state;
    this.units.setVisible(Boolean(this.shows("areas")));
    this.units.show(requests.unitTilesAddress(this.config, state));
    this.points.show(this.shows("points") ? requests.incidentTilesAddress(this.config, state) : null);
    if (!this.shows("raster")) this.setDensity(null);
    this.drawSigns();
    this.drawFill();
  }

  setUnits(data: UnitList): void {
    const units = unitsOf(data.units);
    this.list = data;
    this.units.setUnits(units, requests.unitTilesAddress(this.config, this.state));
    this.labels.setUnits(units);
    this.drawFill();
  }

  setCounts(counts: Counts): void {
    this.counts = counts;
    this.drawFill();
  }

  /** Draw in the same classes as another picture, so that both can be compared; null draws alone. */
  pair(peer: Picture | null): void {
    if (peer) {
      for (const [url, places] of this.places) peer.places.set(url, places);
      // One surface for both: a second one would need a legend of its own.
      peer.setDensity(this.densityData);
      peer.peer = this;
    }
    this.peer = peer;
    this.drawFill();
  }

  setDensity(data: Density | null): void {
    if (data === this.densityData) return;
    this.densityData = data;
    this.density.show(data);
    this.drawLegend();
  }

  /** Explain marks that a part of the page draws; the names keep clear of their boxes. */
  setMarks(marks: LegendMarks | null, boxes: () => Rect[]): void {
    this.marks = marks;
    this.markBoxes = boxes;
    this.drawLegend();
    this.placeLabels();
  }

  setSigns(url: string, data: ShapeCollection): void {
    const layers = this.config.layers.filter((layer) => layer.url === url);
    this.places.set(url, placesOf(data, (props) => {
      const layer = layers.find(({ key }) => key === `safezones:${String(props.kind)}`) ?? layers[0];
      return { layer: layer.key, sign: layer.symbol ?? "" };
    }));
    this.drawSigns();
  }

  select(unit: Unit | null): void {
    this.units.select(unit?.id ?? null);
    this.labels.select(unit?.id ?? null);
  }

  /** Place the labels again, for instance when a panel has moved. */
  placeLabels(): void {
    this.labels.redrawSoon();
  }

  /** Draw everything again, for instance in other colours. */
  redraw(): void {
    this.units.renew();
    this.drawFill();
    this.redrawTexts();
  }

  /** Draw again what has words or figures in it, for instance in a font that has arrived. */
  redrawTexts(): void {
    this.points.redrawSoon();
    this.symbols.redrawSoon();
    this.labels.redrawSoon();
  }

  /** The number of incidents of a unit in words. */
  countLine(id: string): string {
    const value = this.values.get(id);
    if (!value || value.count === null) return t(this.config.withheld ? "tip.withheld" : "tip.no_data");
    const text = value.range ? rangeText(value.range.low, value.range.high) : formatNumber(value.count);
    const count = t("ward.incidents", { n: text });
    const rate = this.metric === "rate" && value.value !== null;
    return rate ? `${count} · ${t("tip.rate", { n: formatRate(value.value as number) })}` : count;
  }

  /** What a pointer finds on this picture, and how it is named. */
  pointable(): Pointable {
    return {
      units: this.units,
      points: this.points,
      symbols: this.symbols,
      unitLines: (unit) => [unit.props.name, this.countLine(unit.id)],
      titleOf: (place) => this.titleOf(place),
    };
  }

  /** Mark the unit of a place that is pointed at on the map beside, and name it; null ends it. */
  pointAt(at: { lat: number; lng: number } | null): string[] {
    const unit = at && this.units.at(at.lat, at.lng);
    this.units.point(unit?.id ?? null);
    return unit ? [t("split.beside", { name: unit.props.name }), this.countLine(unit.id)] : [];
  }

  /** Title of the layer a place belongs to. */
  titleOf(place: Place): string {
    return this.config.layers.find(({ key }) => key === place.layer)?.title ?? "";
  }

  /** The visible layer of a kind. */
  shows(kind: LayerKind): LayerConfig | undefined {
    const visible = visibleLayers(this.config, this.state);
    return this.config.layers.find((layer) => layer.kind === kind && visible.includes(layer.key));
  }

  private figure(id: string): string | null {
    const value = this.fill ? this.values.get(id) : undefined;
    if (!value || value.value === null) return null;
    if (this.metric === "rate") return formatRate(value.value);
    return value.range ? rangeText(value.range.low, value.range.high) : formatNumber(value.value);
  }

  private drawSigns(): void {
    const visible = visibleLayers(this.config, this.state);
    const shown = [...this.places.values()].flat().filter(({ layer }) => visible.includes(layer));
    // Gathering anew is not free, and most changes of the state leave the signs as they are.
    if (shown.length !== this.shown.length || shown.some((place, i) => place !== this.shown[i])) this.symbols.setPlaces(shown);
    this.shown = shown;
    this.labels.redrawSoon();
    this.drawLegend();
  }

  private drawFill(): void {
    const both = this.peer ? [this, this.peer] : [this];
    // Each picture's classes hold the values of both, so all values come first.
    for (const picture of both) picture.measure();
    for (const picture of both) picture.paint();
  }

  /** Counts that were made for the list at hand; those of other boundaries say nothing about it. */
  private known(): Counts | null {
    const { counts, list } = this;
    return counts && list && counts.asOf === list.meta.as_of ? counts : null;
  }

  /** Boundaries of which nobody's population is known have counts, and no rates. */
  private peopled(): boolean {
    const units = this.units.units;
    return !units.length || units.some(({ props }) => props.population);
  }

  /** Whether every picture has rates. */
  private get rates(): boolean {
    return this.peopled() && (this.peer?.peopled() ?? true);
  }

  private get metric(): Metric {
    return this.rates ? this.state.metric : "count";
  }

  private measure(): void {
    const known = this.known();
    const only = this.units.find(this.state.unit)?.id;
    const { metric } = this;
    this.values = new Map(this.units.units.map((unit): [string, UnitValue] => {
      const outside = only !== undefined && only !== unit.id;
      const found = known && !outside ? known.of(unit) : null;
      const count = found && shownCount(this.config.withheld, unit.props.code, found.count);
      const value = unitValue(count, unit.props.population, metric);
      return [unit.id, found && found.low < found.high ? { ...value, range: found } : value];
    }));
  }

  private paint(): void {
    const layer = this.shows("choropleth");
    this.fill = layer && this.known() ? this.classify(layer.ramp ?? []) : null;
    this.units.setFill(this.fill);
    this.labels.redrawSoon();
    this.drawLegend();
    this.noteDrawn();
  }

  /** Note the moment when the first whole picture stands, for those who measure. */
  private noteDrawn(): void {
    const filled = this.fill !== null || !this.shows("choropleth");
    if (this.noted || !filled || !this.units?.complete()) return;
    this.noted = true;
    later(() => performance.mark("antt-drawn"));
  }

  private classify(ramp: string[]): Fill {
    const numbers = [...this.values.values(), ...(this.peer?.values.values() ?? [])].map(({ value }) => value ?? 0);
    const breaks = quantileBreaks(numbers, Math.max(ramp.length - 1, 1));
    // Under the hotspot surface the fills step back, so that two signals can be told apart.
    const drawn = drawnRamp(ramp, this.shows("raster") ? 0.6 : 0);
    return { values: this.values, breaks, colors: rampFor(drawn, breaks.length) };
  }

  private drawnPoints(): void {
    if (!this.ready) return;
    this.labels.redrawSoon();
    this.drawLegend();
  }

  private drawLegend(): void {
    if (!this.ready) return;
    this.writeLegend({
      fill: this.fill,
      metric: this.metric,
      rates: this.rates,
      withheld: this.config.withheld,
      paired: this.peer !== null,
      density: this.densityData,
      points: this.shows("points") ? { groups: this.points.groups(), largest: this.points.largest() } : null,
      gathered: this.symbols.gathered(),
      marks: this.marks,
    });
  }
}
