/** Models and cameras: signs, gathered into counted tiles where they would lie on each other. */

import type { Map as LeafletMap } from "leaflet";
import Supercluster from "supercluster";

import { formatNumber } from "../format";
import { mercatorX, mercatorY } from "../geometry";
import { groundMetresPerPixel } from "../scalebar";
import { palette } from "../theme";
import type { LonLat, Properties, ShapeCollection } from "../types";
import { CanvasLayer, quietPane, type Frame, type Rect } from "./canvas_layer";
import { drawSign, inkOf } from "./signs";

/** One model or camera. */
export interface Place {
  layer: string;
  sign: string;
  at: LonLat;
  props: Properties;
  rings: LonLat[][];
}

/** What lies under the pointer: one place, or a tile of several. */
export interface SymbolHit {
  lon: number;
  lat: number;
  places: Place[];
  expand: number | null;
}

/** A drawn mark, in the layer space of the map. */
interface Drawn {
  x: number;
  y: number;
  radius: number;
  hit: () => SymbolHit;
}

type Carrier = { place: Place };
type Gathered = { sign: string | null };
type Index = Supercluster<Carrier, Gathered>;

const SECTOR_ZOOM = 15;

function ringsOf(geometry: GeoJSON.Geometry): LonLat[][] {
  switch (geometry.type) {
    case "Point": return [[geometry.coordinates as LonLat]];
    case "MultiPoint":
    case "LineString": return [geometry.coordinates as LonLat[]];
    case "MultiLineString":
    case "Polygon": return geometry.coordinates as LonLat[][];
    case "MultiPolygon": return geometry.coordinates.flat() as LonLat[][];
    default: return [];
  }
}

/** Places of an answer; lines and areas stand at the middle of their extent. */
export function placesOf(
  collection: ShapeCollection,
  layerOf: (props: Properties) => { layer: string; sign: string },
): Place[] {
  return collection.features.flatMap((feature) => {
    const rings = feature.geometry ? ringsOf(feature.geometry) : [];
    const all = rings.flat();
    if (!all.length) return [];
    const lons = all.map(([lon]) => lon);
    const lats = all.map(([, lat]) => lat);
    const middle = (values: number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
    const at: LonLat = [middle(lons), middle(lats)];
    const outline = feature.geometry?.type === "Point" ? [] : rings;
    return [{ ...layerOf(feature.properties), at, props: feature.properties, rings: outline }];
  });
}

/** All signs of the map in one layer, so that kinds do not lie on each other. */
export class SymbolsLayer extends CanvasLayer {
  private places: Place[] = [];
  private index: Index | null = null;
  private drawn: Drawn[] = [];

  constructor(map: LeafletMap) {
    super(quietPane(map, "antt-symbols", 460), 0.2);
  }

  setPlaces(places: Place[]): void {
    this.places = places;
    this.index = new Supercluster<Carrier, Gathered>({
      radius: 40,
      extent: 256,
      maxZoom: 15,
      minPoints: 2,
      map: ({ place }) => ({ sign: place.sign }),
      reduce: (sum, props) => {
        if (sum.sign !== props.sign) sum.sign = null;
      },
    });
    this.index.load(
      places.map((place) => ({
        type: "Feature" as const,
        geometry: { type: "Point" as const, coordinates: place.at },
        properties: { place },
      })),
    );
    this.redraw();
  }

  /** Where marks are, in the layer space of the map. */
  boxes(): Rect[] {
    return this.drawn.map(({ x, y, radius: r }) => [x - r, y - r, x + r, y + r]);
  }

  /** Whether any tile of several is drawn, for the legend. */
  gathered(): boolean {
    return this.drawn.some((mark) => mark.radius > 12);
  }

  pick(x: number, y: number, slack: number): SymbolHit | null {
    for (let i = this.drawn.length - 1; i >= 0; i -= 1) {
      const mark = this.drawn[i];
      if (Math.hypot(mark.x - x, mark.y - y) <= mark.radius + slack) return mark.hit();
    }
    return null;
  }

  protected override idle(): boolean {
    return !this.places.length;
  }

  protected override draw(frame: Frame): void {
    this.drawn = [];
    if (!this.index || !this.places.length) return;
    if (frame.zoom >= 13) this.drawOutlines(frame);
    if (frame.zoom >= SECTOR_ZOOM) this.drawSectors(frame);
    for (const feature of this.index.getClusters([-180, -85, 180, 85], Math.round(frame.zoom))) {
      const [lon, lat] = feature.geometry.coordinates;
      const x = mercatorX(lon) * frame.world + frame.originX;
      const y = mercatorY(lat) * frame.world + frame.originY;
      if (x < -30 || y < -30 || x > frame.width + 30 || y > frame.height + 30) continue;
      const count = Number((feature.properties as { point_count?: number }).point_count ?? 1);
      if (count > 1) this.drawTile(frame, { x, y, lon, lat, count, id: Number(feature.id) }, feature.properties as Gathered);
      else this.drawOne(frame, x, y, (feature.properties as Carrier).place);
    }
  }

  private drawOne(frame: Frame, x: number, y: number, place: Place): void {
    const colors = palette();
    const radius = frame.zoom >= 13 ? 11 : 9.5;
    drawSign(frame.ctx, place.sign, { x, y, radius }, { ink: inkOf(place.sign, colors.dark), surface: colors.surface });
    const hit = (): SymbolHit => ({ lon: place.at[0], lat: place.at[1], places: [place], expand: null });
    this.drawn.push({ x: x + frame.cornerX, y: y + frame.cornerY, radius: radius + 1, hit });
  }

  private drawTile(
    frame: Frame,
    tile: { x: number; y: number; lon: number; lat: number; count: number; id: number },
    gathered: Gathered,
  ): void {
    const { ctx } = frame;
    const { x, y, count } = tile;
    const colors = palette();
    const text = formatNumber(count);
    const half = 11 + Math.max(0, text.length - 2) * 4;
    const ink = gathered.sign ? inkOf(gathered.sign, colors.dark) : colors.accent;
    for (const shift of [2.5, 0]) {
      ctx.beginPath();
      ctx.roundRect(x - half + shift, y - 10 - shift, 2 * half, 20, 5);
      ctx.fillStyle = colors.surface;
      ctx.fill();
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1.1;
      ctx.stroke();
    }
    ctx.font = `600 13px ${colors.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = ink;
    ctx.fillText(text, x, y + 0.5);
    const index = this.index as Index;
    const hit = (): SymbolHit => ({
      lon: tile.lon,
      lat: tile.lat,
      places: index.getLeaves(tile.id, Infinity).map((leaf) => leaf.properties.place),
      expand: index.getClusterExpansionZoom(tile.id),
    });
    this.drawn.push({ x: x + frame.cornerX, y: y + frame.cornerY, radius: half + 2, hit });
  }

  private drawOutlines(frame: Frame): void {
    const { ctx } = frame;
    const dark = palette().dark;
    for (const place of this.places) {
      if (!place.rings.length) continue;
      ctx.beginPath();
      for (const ring of place.rings)
        ring.forEach(([lon, lat], i) => {
          const x = mercatorX(lon) * frame.world + frame.originX;
          const y = mercatorY(lat) * frame.world + frame.originY;
          if (i) ctx.lineTo(x, y);
          else ctx.moveTo(x, y);
        });
      ctx.strokeStyle = inkOf(place.sign, dark);
      ctx.lineWidth = 1.5;
      ctx.setLineDash([5, 3]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }

  private drawSectors(frame: Frame): void {
    const { ctx } = frame;
    const ink = inkOf("camera_device", palette().dark);
    for (const { at, props } of this.places) {
      const [azimuth, view, range_m] = ["azimuth_deg", "field_of_view_deg", "range_m"].map((key) => props[key]);
      if (typeof azimuth !== "number" || typeof view !== "number" || typeof range_m !== "number") continue;
      const x = mercatorX(at[0]) * frame.world + frame.originX;
      const y = mercatorY(at[1]) * frame.world + frame.originY;
      const radius = range_m / groundMetresPerPixel(at[1], frame.zoom);
      const start = ((azimuth - view / 2 - 90) * Math.PI) / 180;
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.arc(x, y, radius, start, start + (view * Math.PI) / 180);
      ctx.closePath();
      ctx.fillStyle = ink;
      ctx.globalAlpha = 0.16;
      ctx.fill();
      ctx.globalAlpha = 0.7;
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1;
      ctx.stroke();
      ctx.globalAlpha = 1;
    }
  }
}
