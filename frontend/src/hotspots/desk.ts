/** Hotspots on the page: the method in the address in, a picture, a legend and a panel out. */

import { lonLatOf } from "../geometry";
import type { HotspotHost, HotspotPart, Under } from "../hotspot_part";
import { t } from "../i18n";
import { hotspotAddress } from "../requests";
import type { ViewState } from "../state";
import { FindingsLayer } from "./canvas";
import { Chooser } from "./chooser";
import { columnsOf, figureText, placeText } from "./listing";
import { marksOf } from "./looks";
import { isMethod, type Method } from "./methods";
import { middleOf, type Outline } from "./outlines";
import { Results } from "./results";
import { Runner } from "./runner";
import type { Backtest, Hotspots } from "./types";

const NAMES_MS = 400;

/** The part. */
export class HotspotDesk implements HotspotPart {
  private readonly layer: FindingsLayer;
  private readonly chooser: Chooser;
  private readonly results: Results;
  private readonly run = new Runner<Hotspots>(() => this.take());
  private readonly test = new Runner<Backtest>(() => this.draw());
  private method: Method | null = null;
  private drawn: Hotspots | null = null;
  private readonly names = new WeakMap<Outline, string>();
  private waiting = false;

  constructor(private readonly host: HotspotHost) {
    const { state } = host;
    const off = (): void => state.push({ hot: null, hotWith: [], hotAt: null });
    this.layer = new FindingsLayer(host.map);
    this.chooser = new Chooser({ choose: (method) => this.choose(method), set: (hotWith) => state.push({ hotWith, hotAt: null }), off });
    this.results = new Results({ close: off, go: (outline) => this.go(outline), nameOf: (outline) => this.nameOf(outline) });
  }

  apply(state: ViewState): void {
    const method = isMethod(state.hot) ? state.hot : null;
    const changed = method !== this.method;
    this.method = method;
    this.chooser.draw(method, state);
    this.run.want(method && this.addresses(state, "run"));
    if (changed) this.host.showResults(method !== null);
    this.show();
    this.ask(state);
    this.draw();
  }

  renew(): void {
    this.run.again();
    this.test.again();
  }

  redraw(): void {
    this.layer.redrawSoon();
  }

  at(lat: number, lon: number): Under | null {
    const { method } = this;
    const found = method && this.layer.at(lat, lon);
    if (!method || !found) return null;
    const figures = columnsOf(method).map((column) => `${t(`hot.column_${column}`)}: ${figureText(found.finding, column)}`);
    return {
      lines: [placeText(method, found, this.nameOf(found)), t(`hot.look_${found.look}`), figures.join(" · ")],
      choose: () => this.host.state.push({ hotAt: found.finding.cell ?? null, sel: null }),
    };
  }

  private addresses(state: ViewState, task: "run" | "backtest"): { now: string; job: string } {
    const { config } = this.host;
    return { now: hotspotAddress(config, state, task), job: hotspotAddress(config, state, task, { asJob: true }) };
  }

  private choose(method: Method): void {
    const { state } = this.host;
    // The first method makes the ground calm; layers chosen after that stay.
    const layers = state.get().hot ? state.get().layers : null;
    state.push({ hot: method, hotWith: [], hotAt: null, sel: null, asOf2: null, layers });
  }

  private go(outline: Outline): void {
    this.host.state.push({ hotAt: outline.finding.cell ?? null, sel: null });
    this.host.fit(outline.boxLonLat);
  }

  private nameOf(outline: Outline): string | null {
    const known = outline.finding.in_unit ?? this.names.get(outline);
    if (known) return known;
    const [lon, lat] = lonLatOf(...middleOf(outline));
    const name = this.host.units.at(lat, lon)?.props.name ?? null;
    // Kept, since the tiles at hand change with the view.
    if (name) this.names.set(outline, name);
    else this.nameLater();
    return name;
  }

  /** Names of units come with the tiles, which may arrive after the findings. */
  private nameLater(): void {
    if (this.waiting || this.host.units.complete()) return;
    this.waiting = true;
    window.setTimeout(() => {
      this.waiting = false;
      this.draw();
    }, NAMES_MS);
  }

  private take(): void {
    this.show();
    this.ask(this.host.state.get());
    this.draw();
  }

  /** The test on the past follows once there is something to test. */
  private ask(state: ViewState): void {
    const { data, stage } = this.run;
    const ready = this.method && stage === "done" && data && !data.reason;
    if (ready) this.test.want(this.addresses(state, "backtest"));
    else if (stage !== "waiting" || data?.method !== this.method) this.test.want(null);
  }

  /** Draw the findings; those of another method say nothing about this one. */
  private show(): void {
    const { data } = this.run;
    const now = data && data.method === this.method ? data : null;
    if (now !== this.drawn) {
      this.drawn = now;
      this.layer.show(now?.features ?? []);
      this.host.setMarks(now && marksOf(now), () => this.layer.boxes());
    }
    this.layer.choose(this.host.state.get().hotAt);
  }

  private draw(): void {
    if (!this.method) {
      this.results.hide();
      return;
    }
    const at = this.host.state.get().hotAt;
    const chosen = this.layer.outlines.find(({ finding }) => at !== null && finding.cell === at) ?? null;
    this.results.draw({ method: this.method, run: this.run, test: this.test, outlines: this.layer.outlines, chosen });
  }
}
