/** Units: fills by class, borders, the selected and the pointed-at outline. All drawn from tiles. */

import type { Map as LeafletMap } from "leaflet";

import type { Desk } from "../api";
import type { UnitValue } from "../classes";
import { mercatorX, mercatorY } from "../geometry";
import { unitAt, unitTile, type UnitTile } from "../tiles/decode";
import { EXTENT, tilesOf } from "../tiles/grid";
import { TileSource } from "../tiles/source";
import { findUnit, type Unit } from "../units";
import { quietPane, type CanvasLayer } from "./canvas_layer";
import { Fills } from "./unit_fills";
import { Lines, Rings } from "./unit_lines";

/** The finest tiles of units; closer ones show these enlarged. */
const FINEST = 16;
const KEPT_LISTS = 3;

/** How the fills are to be drawn; null draws plain ground. */
export interface Fill {
  values: Map<string, UnitValue>;
  breaks: number[];
  colors: string[];
}

/** The units on the map. */
export class UnitsLayer {
  units: Unit[] = [];
  private readonly source: TileSource<UnitTile>;
  private readonly fills: Fills;
  private readonly lines: Lines;
  private readonly rings: Rings;
  private readonly canvases: CanvasLayer[];
  /** Lists by the address of their tiles: a tile names units by position in its own list. */
  private readonly lists = new Map<string, Unit[]>();

  constructor(map: LeafletMap, desk: Desk, changed: () => void) {
    this.source = new TileSource(desk, unitTile, () => {
      for (const layer of this.canvases) layer.redrawSoon();
      changed();
    });
    const drawn = {
      pieces: () => this.source.pieces(),
      list: () => this.lists.get(this.source.address ?? "") ?? [],
    };
    this.fills = new Fills(quietPane(map, "antt-fills", 250), drawn, (frame) =>
      this.source.want(tilesOf(frame, FINEST)));
    this.lines = new Lines(quietPane(map, "antt-lines", 420), drawn);
    this.rings = new Rings(quietPane(map, "antt-rings", 421), drawn);
    this.canvases = [this.fills, this.lines, this.rings];
    for (const layer of this.canvases) layer.addTo(map);
  }

  /** Show the tiles of this address; those on screen stay until they are here. */
  show(address: string): void {
    this.source.show(address);
  }

  /** The units that the tiles of an address speak of. */
  setUnits(units: Unit[], address: string): void {
    this.units = units;
    this.lists.set(address, units);
    for (const oldest of this.lists.keys()) if (this.lists.size > KEPT_LISTS) this.lists.delete(oldest);
    this.renew();
  }

  setFill(fill: Fill | null): void {
    this.fills.setFill(fill);
    this.lines.setFilled(fill !== null);
  }

  setVisible(visible: boolean): void {
    this.lines.setVisible(visible);
  }

  select(id: string | null): void {
    this.rings.select(id);
  }

  point(id: string | null): void {
    this.rings.point(id);
  }

  /** Whether everything in view is drawn as it was last asked for. */
  complete(): boolean {
    return this.source.complete() && this.lists.has(this.source.address ?? "");
  }

  /** The unit under a place. */
  at(lat: number, lon: number): Unit | null {
    const [x, y] = [mercatorX(lon), mercatorY(lat)];
    const found = this.source.find(x, y);
    if (!found) return null;
    const side = 2 ** found.id.z;
    const at = unitAt(found.content, (x * side - found.id.x) * EXTENT, (y * side - found.id.y) * EXTENT);
    const id = this.lists.get(this.source.address ?? "")?.[at]?.id;
    return this.find(id ?? null);
  }

  find(name: string | null): Unit | null {
    return findUnit(this.units, name);
  }

  /** Draw anew, for instance in other colours. */
  renew(): void {
    this.fills.renew();
    this.lines.renew();
    this.rings.redrawSoon();
  }
}
