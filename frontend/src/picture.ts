/** Everything drawn on the map, and the legend that belongs to it. */

import type { Map as LeafletMap } from "leaflet";

import type { Desk } from "./api";
import { quantileBreaks, rampFor, unitValue, type UnitValue } from "./classes";
import { formatNumber, formatRate } from "./format";
import { t } from "./i18n";
import { later } from "./layers/canvas_layer";
import { DensityLayer } from "./layers/density";
import { LabelsLayer } from "./layers/labels";
import { PointsLayer } from "./layers/points";
import { placesOf, SymbolsLayer, type Place } from "./layers/symbols";
import { UnitsLayer, type Fill } from "./layers/units";
import { drawLegend } from "./legend";
import { visibleLayers } from "./page_state";
import * as requests from "./requests";
import type { Metric, ViewState } from "./state";
import { drawnRamp } from "./theme";
import type {
  Density, LayerConfig, LayerKind, PageConfig, ShapeCollection, UnitCounts, UnitList,
} from "./types";
import { unitsOf, type Unit } from "./units";

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
  private list: UnitList | null = null;
  private counts: UnitCounts | null = null;
  private fill: Fill | null = null;
  private shown: Place[] = [];
  private ready = false;
  private noted = false;

  constructor(
    map: LeafletMap,
    private readonly config: PageConfig,
    private state: ViewState,
    desk: Desk,
    private readonly chooseMetric: (metric: Metric) => void,
  ) {
    this.units = new UnitsLayer(map, desk, () => this.noteDrawn());
    this.density = new DensityLayer(map);
    this.points = new PointsLayer(map, config.categories, desk, () => this.drawnPoints()).addTo(map);
    this.symbols = new SymbolsLayer(map).addTo(map);
    const obstacles = () => [...this.symbols.boxes(), ...this.points.boxes()];
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

  setCounts(data: UnitCounts): void {
    this.counts = data;
    this.drawFill();
  }

  setDensity(data: Density | null): void {
    if (data === this.densityData) return;
    this.densityData = data;
    this.density.show(data);
    this.drawLegend();
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
    if (!value || value.count === null) return t("tip.no_data");
    const count = t("ward.incidents", { n: formatNumber(value.count) });
    const rate = this.state.metric === "rate" && value.value !== null;
    return rate ? `${count} · ${t("tip.rate", { n: formatRate(value.value as number) })}` : count;
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
    return this.state.metric === "rate" ? formatRate(value.value) : formatNumber(value.value);
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
    const { state, counts, list } = this;
    // Counts follow the order of a list; those of other boundaries say nothing about this one.
    const known = counts && list && counts.meta.as_of === list.meta.as_of ? counts.counts : null;
    const only = this.units.find(state.unit)?.id;
    this.values = new Map(this.units.units.map(({ id, at, props }) => {
      const outside = only !== undefined && only !== id;
      const count = known && !outside ? known[at] ?? 0 : null;
      return [id, unitValue(count, props.population, state.metric)];
    }));
    const layer = this.shows("choropleth");
    this.fill = layer && known ? this.classify(layer.ramp ?? []) : null;
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
    const numbers = [...this.values.values()].map(({ value }) => value ?? 0);
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
    drawLegend({
      fill: this.fill,
      metric: this.state.metric,
      density: this.densityData,
      points: this.shows("points") ? { groups: this.points.groups(), largest: this.points.largest() } : null,
      gathered: this.symbols.gathered(),
    }, this.chooseMetric);
  }
}
