/** Incidents: proportional circles with numbers, single ones by shape and colour. */

import type { Map as LeafletMap } from "leaflet";

import type { Desk } from "../api";
import { formatNumber } from "../format";
import { lonLatOf } from "../geometry";
import { palette } from "../theme";
import { incidentTile, type IncidentTile } from "../tiles/decode";
import { gather, type Mark } from "../tiles/gather";
import { tileKey, tilesOf } from "../tiles/grid";
import { TileSource, type Piece } from "../tiles/source";
import type { Category } from "../types";
import { CanvasLayer, quietPane, type Frame, type Rect } from "./canvas_layer";
import { addShape } from "./shapes";

/** The finest tiles of incidents. */
const FINEST = 19;
const APART_PX = 128;
const STEPS = 4;

/** What lies under the pointer. */
export interface PointHit {
  lat: number;
  lon: number;
  count: number;
  category: Category | null;
  day: number | null;
  hour: number | null;
  /** Zoom at which the mark falls apart or tells more; null when it cannot. */
  expand: number | null;
}

/** The incidents on the map. */
export class PointsLayer extends CanvasLayer {
  private readonly source: TileSource<IncidentTile>;
  private marks: Mark[] = [];
  private gathered = "";
  private cornerX = 0;
  private cornerY = 0;
  private zoom = 0;

  constructor(
    private readonly holder: LeafletMap,
    private readonly categories: Category[],
    desk: Desk,
    private readonly onDraw: () => void,
  ) {
    super(quietPane(holder, "antt-points", 450), 0.2);
    this.source = new TileSource(desk, incidentTile, () => {
      this.gathered = "";
      this.redrawSoon();
    });
  }

  /** Show the incidents of these tiles; null shows none. */
  show(address: string | null): void {
    this.source.show(address);
  }

  /** Fetch the incidents anew, since some were written. */
  renew(): void {
    this.source.renew();
  }

  /** Groups of the incidents now seen one by one, for the legend. */
  groups(): Category[] {
    const seen = new Set(this.seen().map((mark) => (mark.count === 1 ? this.categoryOf(mark)?.group : null)));
    return this.categories.filter(({ slug }) => seen.has(slug));
  }

  /** The largest count in a circle now seen; 0 when there are only single incidents. */
  largest(): number {
    const most = this.seen().reduce((largest, { count }) => Math.max(largest, count), 0);
    return most < 2 ? 0 : most;
  }

  /** Where marks are, in the layer space of the map. */
  boxes(): Rect[] {
    return this.marks.map((mark) => {
      const [x, y, r] = [mark.x - this.cornerX, mark.y - this.cornerY, mark.radius];
      return [x - r, y - r, x + r, y + r];
    });
  }

  /** The circle or incident under a point of the map's layer space, the topmost first. */
  pick(x: number, y: number, slack: number): PointHit | null {
    const [px, py] = [x + this.cornerX, y + this.cornerY];
    const under = this.marks.filter((mark) => Math.hypot(mark.x - px, mark.y - py) <= mark.radius + slack);
    return under.length ? this.hit(under[under.length - 1]) : null;
  }

  protected override idle(): boolean {
    return this.source.idle;
  }

  protected override draw(frame: Frame): void {
    this.source.want(tilesOf(frame, FINEST));
    const pieces = this.source.pieces();
    this.collect(pieces, frame.zoom);
    // From pixels of the world to the layer space of the map.
    this.cornerX = -frame.originX - frame.cornerX;
    this.cornerY = -frame.originY - frame.cornerY;
    this.zoom = frame.zoom;
    for (const mark of this.marks) {
      const [x, y] = [mark.x + frame.originX, mark.y + frame.originY];
      if (x < -40 || y < -40 || x > frame.width + 40 || y > frame.height + 40) continue;
      if (mark.count > 1) this.drawCircle(frame.ctx, x, y, mark);
      else this.drawSingle(frame, x, y, mark);
    }
    this.onDraw();
  }

  /** Marks in the view; more are drawn round it, ready for panning. */
  private seen(): Mark[] {
    const { min, max } = this.holder.getPixelBounds();
    if (!min || !max || this.zoom !== this.holder.getZoom()) return this.marks;
    return this.marks.filter(({ x, y }) => x >= min.x && y >= min.y && x <= max.x && y <= max.y);
  }

  /** Gathering is not free; panning over tiles that are here needs none. */
  private collect(pieces: Piece<IncidentTile>[], zoom: number): void {
    const key = [this.source.address, zoom, ...pieces.map(({ id, area }) => `${tileKey(id)}>${tileKey(area)}`)].join(" ");
    if (key === this.gathered) return;
    this.gathered = key;
    this.marks = gather(pieces, zoom).sort((a, b) => a.count - b.count);
  }

  private categoryOf({ only }: Mark): Category | null {
    return (only && this.categories[only.tile.category[only.at]]) ?? null;
  }

  private drawCircle(ctx: CanvasRenderingContext2D, x: number, y: number, { count, radius }: Mark): void {
    const colors = palette();
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
  }

  private drawSingle({ ctx, zoom }: Frame, x: number, y: number, mark: Mark): void {
    const category = this.categoryOf(mark);
    ctx.beginPath();
    addShape(ctx, category?.shape ?? "circle", x, y, zoom >= 14 ? 6.5 : 5);
    ctx.fillStyle = category?.color ?? palette().data;
    ctx.fill();
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = palette().dark ? palette().ink : palette().surface;
    ctx.stroke();
  }

  private hit(mark: Mark): PointHit {
    const world = 256 * 2 ** this.zoom;
    const [lon, lat] = lonLatOf(mark.x / world, mark.y / world);
    const { only, count } = mark;
    const known = (value: number | undefined): number | null => (value === undefined || value < 0 ? null : value);
    const one = only?.tile.exact ? only : null;
    return {
      lat, lon, count,
      category: count === 1 ? this.categoryOf(mark) : null,
      day: known(one?.tile.day[one.at]),
      hour: known(one?.tile.hour[one.at]),
      expand: this.expansion(mark),
    };
  }

  private expansion({ only, spread }: Mark): number | null {
    if (only) return only.tile.exact ? null : Math.min(this.zoom + 2, FINEST);
    // What lies on one spot stays together however near one comes.
    if (spread * 2 ** (FINEST - this.zoom) < 4) return null;
    const steps = Math.ceil(Math.log2(APART_PX / Math.max(spread, 1)));
    return Math.min(this.zoom + Math.min(Math.max(steps, 1), STEPS), FINEST);
  }
}
