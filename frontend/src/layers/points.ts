/** Incidents: proportional circles with numbers, single ones by shape and colour. */

import type { Map as LeafletMap } from "leaflet";
import Supercluster from "supercluster";

import { formatNumber } from "../format";
import { mercatorX, mercatorY } from "../geometry";
import { palette } from "../theme";
import type { Category, PointColumns } from "../types";
import { CanvasLayer, quietPane, type Frame, type Rect } from "./canvas_layer";
import { addShape } from "./shapes";

interface Item {
  at: number;
}

/** What lies under the pointer. */
export interface PointHit {
  lat: number;
  lon: number;
  count: number;
  category: Category | null;
  day: number | null;
  hour: number | null;
  /** Zoom at which a cluster falls apart; null for a single incident. */
  expand: number | null;
}

/** A drawn mark, in the layer space of the map. */
interface Drawn {
  x: number;
  y: number;
  radius: number;
  hit: () => PointHit;
}

const LARGEST = 28;

/** Radius of a circle whose area stands for a count, but never too small for its number. */
export function circleRadius(count: number, most: number): number {
  return Math.max(7 + 3.8 * formatNumber(count).length, LARGEST * Math.sqrt(count / Math.max(most, 1)));
}

/** The incidents on the map. */
export class PointsLayer extends CanvasLayer {
  private data: PointColumns | null = null;
  private index: Supercluster<Item> | null = null;
  private drawn: Drawn[] = [];
  private most = 0;
  private singles = new Set<string>();

  constructor(
    map: LeafletMap,
    private readonly categories: Map<string, Category>,
    private readonly onDraw: () => void,
  ) {
    super(quietPane(map, "antt-points", 450), 0.2);
  }

  setData(data: PointColumns | null): void {
    this.data = data;
    this.index = null;
    if (data) {
      const { lon, lat } = data.columns;
      this.index = new Supercluster<Item>({ radius: 58, extent: 256, maxZoom: 17, minPoints: 3 });
      this.index.load(
        lon.map((value, at) => ({
          type: "Feature" as const,
          geometry: { type: "Point" as const, coordinates: [value, lat[at]] },
          properties: { at },
        })),
      );
    }
    this.redraw();
  }

  /** Groups of the incidents now drawn one by one, for the legend. */
  groups(): Category[] {
    return [...this.categories.values()].filter((category) => this.singles.has(category.slug));
  }

  /** The largest count in a circle now drawn; 0 when there are only single incidents. */
  largest(): number {
    return this.most;
  }

  /** Where marks are, in the layer space of the map. */
  boxes(): Rect[] {
    return this.drawn.map(({ x, y, radius }) => [x - radius, y - radius, x + radius, y + radius]);
  }

  /** The circle or incident under a point of the map's layer space, the topmost first. */
  pick(x: number, y: number, slack: number): PointHit | null {
    for (let i = this.drawn.length - 1; i >= 0; i -= 1) {
      const mark = this.drawn[i];
      if (Math.hypot(mark.x - x, mark.y - y) <= mark.radius + slack) return mark.hit();
    }
    return null;
  }

  protected override draw(frame: Frame): void {
    this.drawn = [];
    this.most = 0;
    this.singles.clear();
    if (this.index && this.data) this.drawAll(frame, this.index);
    this.onDraw();
  }

  private drawAll(frame: Frame, index: Supercluster<Item>): void {
    const found = index.getClusters(this.lonLatBox(frame), Math.round(frame.zoom));
    const counts = found.map((feature) => Number((feature.properties as { point_count?: number }).point_count ?? 1));
    this.most = counts.reduce((a, b) => Math.max(a, b), 0);
    if (this.most < 2) this.most = 0;
    const order = found.map((_, i) => i).sort((a, b) => counts[a] - counts[b]);
    for (const i of order) {
      const [lon, lat] = found[i].geometry.coordinates;
      const x = mercatorX(lon) * frame.world + frame.originX;
      const y = mercatorY(lat) * frame.world + frame.originY;
      if (counts[i] > 1) this.drawCircle(frame, x, y, counts[i], Number(found[i].id), [lon, lat]);
      else this.drawSingle(frame, x, y, (found[i].properties as Item).at, [lon, lat]);
    }
  }

  private lonLatBox(frame: Frame): [number, number, number, number] {
    const lon = (x: number): number => ((x - frame.originX) / frame.world - 0.5) * 360;
    const lat = (y: number): number => {
      const up = Math.PI * (1 - (2 * (y - frame.originY)) / frame.world);
      return (Math.atan(Math.sinh(up)) * 180) / Math.PI;
    };
    return [lon(-32), lat(frame.height + 32), lon(frame.width + 32), lat(-32)];
  }

  private drawCircle(
    frame: Frame, x: number, y: number, count: number, id: number, [lon, lat]: [number, number],
  ): void {
    const { ctx } = frame;
    const colors = palette();
    const radius = circleRadius(count, this.most);
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = colors.accent;
    ctx.globalAlpha = 0.9;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.6;
    ctx.strokeStyle = colors.surface;
    ctx.stroke();
    ctx.font = `600 13px ${colors.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = colors.surface;
    ctx.fillText(formatNumber(count), x, y + 0.5);
    const index = this.index;
    const hit = (): PointHit => ({
      lat, lon, count, category: null, day: null, hour: null,
      expand: index ? index.getClusterExpansionZoom(id) : null,
    });
    this.drawn.push({ x: x + frame.cornerX, y: y + frame.cornerY, radius, hit });
  }

  private drawSingle(frame: Frame, x: number, y: number, at: number, [lon, lat]: [number, number]): void {
    const { ctx } = frame;
    const data = this.data as PointColumns;
    const category = this.categories.get(data.categories[data.columns.category[at]]) ?? null;
    if (category) this.singles.add(category.group);
    const radius = frame.zoom >= 14 ? 6.5 : 5;
    ctx.beginPath();
    addShape(ctx, category?.shape ?? "circle", x, y, radius);
    ctx.fillStyle = category?.color ?? palette().data;
    ctx.fill();
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = palette().dark ? palette().ink : palette().surface;
    ctx.stroke();
    const hit = (): PointHit => ({
      lat, lon, count: 1, category, day: data.columns.day[at], hour: data.columns.hour[at], expand: null,
    });
    this.drawn.push({ x: x + frame.cornerX, y: y + frame.cornerY, radius, hit });
  }
}
