/** Two maps side by side: opened and closed with the state, each with a head that says what it shows. */

import type { Map as LeafletMap } from "leaflet";

import type { Desk } from "./api";
import { byId } from "./dom";
import { t } from "./i18n";
import { HalfHead } from "./panels/halves";
import { dayOfVintage } from "./panels/vintages";
import type { Picture } from "./picture";
import { SecondMap, type HalfData } from "./second_map";
import type { ViewState } from "./state";
import type { PageConfig, VintageList } from "./types";

/** The comparison of two vintages. */
export class Comparison {
  private readonly heads: { first: HalfHead; second: HalfHead };
  private readonly known: HalfData = { list: null, recast: null };
  private second: SecondMap | null = null;
  private state: ViewState | null = null;
  private today: string | null = null;

  constructor(
    private readonly first: { map: LeafletMap; picture: Picture },
    private readonly config: PageConfig,
    private readonly desk: Desk,
    choose: (patch: Partial<ViewState>) => void,
  ) {
    this.heads = {
      first: new HalfHead(byId("antt-half-first"), t("split.first_vintage"),
        (vintage) => choose({ asOf: dayOfVintage(vintage), unit: null, sel: null })),
      second: new HalfHead(byId("antt-half-second"), t("split.second_vintage"),
        ({ from }) => choose({ asOf2: from }), () => choose({ asOf2: null })),
    };
    new ResizeObserver(() => this.resize()).observe(byId("antt-map"));
  }

  /** The pictures on screen. */
  pictures(): Picture[] {
    return this.second ? [this.first.picture, this.second.picture] : [this.first.picture];
  }

  setVintages(list: VintageList): void {
    this.today = list.meta.today;
    for (const head of Object.values(this.heads)) head.setVintages(list);
    this.drawHeads();
  }

  /** What has arrived for the first map. */
  takeFirst(data: Partial<HalfData>): void {
    Object.assign(this.known, data);
    this.drawHeads();
  }

  /** Give the maps the room that a state asks for; true when that has changed. */
  arrange({ asOf2 }: ViewState): boolean {
    const split = asOf2 !== null;
    const box = byId("antt-second");
    if (box.hidden !== split) return false;
    box.hidden = !split;
    byId("antt").classList.toggle("split", split);
    this.first.map.invalidateSize({ animate: false });
    return true;
  }

  /** Show a state, with a second map or without. */
  apply(state: ViewState): void {
    this.state = state;
    if (state.asOf2 && !this.second)
      this.second = new SecondMap(this.first, this.config, this.desk, state, () => this.drawHeads());
    if (!state.asOf2 && this.second) this.close();
    this.second?.apply(state);
    this.drawHeads();
  }

  /** What the pointer is over on the first map is marked on the second as well. */
  beside(at: { lat: number; lng: number } | null): string[] {
    return this.second?.picture.pointAt(at) ?? [];
  }

  private close(): void {
    this.second?.remove();
    this.second = null;
    this.known.recast = null;
    for (const head of Object.values(this.heads)) head.hide();
    byId("antt-compare").focus({ preventScroll: true });
  }

  private resize(): void {
    this.first.map.invalidateSize({ animate: false });
    this.second?.resize();
  }

  private drawHeads(): void {
    if (!this.second || !this.state?.asOf2) return;
    this.heads.first.draw(this.state.asOf ?? this.today ?? this.config.as_of, this.known);
    this.heads.second.draw(this.state.asOf2, this.second.data);
  }
}
