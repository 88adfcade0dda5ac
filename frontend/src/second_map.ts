/** The second map beside the first: other boundaries under the same filters, moved together. */

import * as L from "leaflet";

import { Resource, type Desk } from "./api";
import { recastCounts } from "./counts";
import { byId } from "./dom";
import { t } from "./i18n";
import { quietMap } from "./map_widget";
import { moveTogether } from "./move_together";
import { Picture } from "./picture";
import { pointing } from "./pointing";
import * as requests from "./requests";
import { ofSecond, type ViewState } from "./state";
import type { PageConfig, UnitList, UnitRecast } from "./types";

/** What one map of the comparison knows. */
export interface HalfData {
  list: UnitList | null;
  recast: UnitRecast | null;
}

/** One open second map. */
export class SecondMap {
  readonly picture: Picture;
  readonly data: HalfData = { list: null, recast: null };
  private readonly map: L.Map;
  private readonly wanted: { units: Resource<UnitList>; recast: Resource<UnitRecast> };
  private readonly part: () => void;
  private state: ViewState;

  constructor(
    private readonly first: { map: L.Map; picture: Picture },
    private readonly config: PageConfig,
    desk: Desk,
    state: ViewState,
    private readonly changed: () => void,
  ) {
    this.state = ofSecond(state);
    const { map } = first;
    this.map = L.map(byId("antt-second"), { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 5, maxZoom: 19 });
    quietMap(this.map, t("split.second_label"));
    this.map.setView(map.getCenter(), map.getZoom(), { animate: false });
    this.picture = new Picture(this.map, config, this.state, desk, () => undefined);
    this.wanted = {
      units: new Resource<UnitList>(desk, (list) => this.take({ list })),
      recast: new Resource<UnitRecast>(desk, (recast) => this.take({ recast })),
    };
    first.picture.pair(this.picture);
    this.part = moveTogether(map, this.map);
    pointing(this.map, { ...this.picture.pointable(), beside: (at) => first.picture.pointAt(at) });
  }

  /** Show the second day of a state. */
  apply(state: ViewState): void {
    this.state = ofSecond(state);
    const { config, wanted } = this;
    wanted.units.load(requests.unitListAddress(config, this.state));
    wanted.recast.load(requests.filteredAddress(config.urls.recast, this.state));
    this.picture.apply(this.state);
  }

  /** The page has another shape. */
  resize(): void {
    this.map.invalidateSize({ animate: false });
  }

  /** Put the map away. */
  remove(): void {
    for (const resource of Object.values(this.wanted)) resource.load(null);
    this.first.picture.pair(null);
    this.part();
    this.map.remove();
  }

  private take(data: Partial<HalfData>): void {
    Object.assign(this.data, data);
    if (data.list) this.picture.setUnits(data.list);
    if (data.recast) this.picture.setCounts(recastCounts(data.recast));
    this.changed();
  }
}
