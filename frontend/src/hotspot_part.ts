/** The hotspots of the page. Most readers never ask for them, so their code is fetched when somebody does. */

import type { Map as LeafletMap } from "leaflet";

import { ApiError, type Desk } from "./api";
import { h } from "./dom";
import { t } from "./i18n";
import type { Rect } from "./layers/canvas_layer";
import type { UnitsLayer } from "./layers/units";
import type { LegendMarks } from "./legend";
import type { StateHolder, ViewState } from "./state";
import type { Box, PageConfig } from "./types";

/** What is under the pointer, in words, and what pressing it does. */
export interface Under {
  lines: string[];
  choose(): void;
}

/** What the page lends to its part. */
export interface HotspotHost {
  map: LeafletMap;
  config: PageConfig;
  desk: Desk;
  state: StateHolder;
  units: UnitsLayer;
  /** Bring the sheet of the results up on a phone, or put it away. */
  showResults(open: boolean): void;
  fit(box: Box): void;
  /** Explain what is drawn; names of units keep clear of the boxes. */
  setMarks(marks: LegendMarks | null, boxes: () => Rect[]): void;
}

export interface HotspotPart {
  apply(state: ViewState): void;
  /** Ask again, since incidents have changed. */
  renew(): void;
  /** Draw again, for instance in other colours. */
  redraw(): void;
  /** What lies under a place. */
  at(lat: number, lon: number): Under | null;
}

/** What the fetched script leaves on the page. */
export interface Antt {
  hotspots?: (host: HotspotHost) => HotspotPart;
}

function fetched(node: HTMLScriptElement | HTMLLinkElement): Promise<void> {
  return new Promise((resolve, reject) => {
    node.addEventListener("load", () => resolve());
    node.addEventListener("error", () => reject(new ApiError(t("error.network"), "", t("error.network_hint"))));
    document.head.append(node);
  });
}

/** The part, fetched once. */
export class HotspotDoor {
  private part: HotspotPart | null = null;
  private fetching = false;

  constructor(private readonly host: HotspotHost) {}

  /** Fetch the part, unless it is here. */
  open(): void {
    if (this.part || this.fetching) return;
    this.fetching = true;
    void this.fetch();
  }

  apply(state: ViewState): void {
    if (state.hot) this.open();
    this.part?.apply(state);
  }

  renew(): void {
    this.part?.renew();
  }

  redraw(): void {
    this.part?.redraw();
  }

  at(lat: number, lon: number): Under | null {
    return this.part?.at(lat, lon) ?? null;
  }

  private async fetch(): Promise<void> {
    const { config, desk, state } = this.host;
    const { js, css } = config.parts.hotspots;
    const ticket = desk.begin(() => undefined);
    try {
      await Promise.all([fetched(h("link", { rel: "stylesheet", href: css })), fetched(h("script", { src: js }))]);
      const make = (window as unknown as { antt: Antt }).antt.hotspots;
      this.part = make?.(this.host) ?? null;
      this.part?.apply(state.get());
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      desk.fail(failure, () => this.open());
    } finally {
      this.fetching = false;
      desk.end(ticket);
    }
  }
}
