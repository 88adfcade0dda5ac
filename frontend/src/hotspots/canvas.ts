/** The findings on the map: one canvas, drawn look by look. */

import type { Map as LeafletMap } from "leaflet";

import { formatNumber } from "../format";
import { mercatorX, mercatorY } from "../geometry";
import { CanvasLayer, quietPane, type Frame, type Rect } from "../layers/canvas_layer";
import { palette } from "../theme";
import { LOOKS, type Look } from "./looks";
import { holds, middleOf, outlinesOf, type Outline } from "./outlines";
import type { FindingFeature } from "./types";

/** Units of a path along the unit square: fine enough for the closest zoom, counted from the first place. */
const GRAIN = 2 ** 26;
/** Cells smaller than this many pixels are shaded where they would be outlined: outlines would run together. */
const SMALL_PX = 14;
const NEAR_PX = 6;
const LARGEST_PX = 20;
const FIGURE_PX = 16;

/** Colour of a look, from the style sheet. */
function inkOf(look: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--look-${look}`).trim();
}

function hatch(ink: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.6;
  for (const shift of [-8, 0, 8]) {
    ctx.moveTo(shift, 8);
    ctx.lineTo(shift + 8, 0);
  }
  ctx.stroke();
  return canvas;
}

/** The canvas of the findings. */
export class FindingsLayer extends CanvasLayer {
  outlines: Outline[] = [];
  private origin: [x: number, y: number] = [0, 0];
  private paths = new Map<string, Path2D>();
  private chosen: Outline | null = null;
  private figures: Rect[] = [];

  constructor(private readonly map: LeafletMap) {
    super(quietPane(map, "antt-hotspots", 310));
    this.addTo(map);
  }

  /** Draw these in place of what was there. */
  show(features: FindingFeature[]): void {
    if (!features.length && !this.outlines.length) return;
    this.outlines = outlinesOf(features);
    this.origin = this.outlines.length ? middleOf(this.outlines[0]) : [0, 0];
    this.paths = new Map();
    for (const outline of this.outlines) if (outline.look !== "repeat") this.path(outline.look).addPath(this.pathOf(outline));
    this.chosen = null;
    this.redrawSoon();
  }

  choose(number: number | null): void {
    const found = number === null ? null : this.outlines.find(({ finding }) => finding.cell === number) ?? null;
    if (found === this.chosen) return;
    this.chosen = found;
    this.redrawSoon();
  }

  /** Where figures are written, in layer space: names of units keep clear of them. */
  boxes(): Rect[] {
    return this.figures;
  }

  /** What lies under a place, the smallest first: clusters may overlap. */
  at(lat: number, lon: number): Outline | null {
    const [x, y] = [mercatorX(lon), mercatorY(lat)];
    const world = 256 * 2 ** this.map.getZoom();
    const size = ({ box }: Outline): number => (box[2] - box[0]) * (box[3] - box[1]);
    const found = this.outlines.filter((outline) => holds(outline, x, y, this.reachOf(outline) / world));
    return found.sort((a, b) => size(a) - size(b))[0] ?? null;
  }

  protected override idle(): boolean {
    return !this.outlines.length;
  }

  protected override draw(frame: Frame): void {
    this.figures = [];
    if (this.idle()) return;
    const { ctx, world } = frame;
    ctx.lineJoin = "round";
    for (const [name, look] of Object.entries(LOOKS)) {
      const path = this.paths.get(name);
      if (path) this.inGrain(frame, (unit) => this.paint(frame, path, { name, look, unit }));
    }
    this.dots(frame);
    if (this.chosen) this.ring(frame, this.chosen);
    for (const outline of this.outlines) if (outline.look === "cluster") this.figure(frame, outline, (outline.box[2] - outline.box[0]) * world);
  }

  private path(look: string): Path2D {
    let path = this.paths.get(look);
    if (!path) this.paths.set(look, (path = new Path2D()));
    return path;
  }

  private pathOf({ lines, closed }: Outline): Path2D {
    const path = new Path2D();
    const [ox, oy] = this.origin;
    for (const line of lines) {
      path.moveTo((line[0] - ox) * GRAIN, (line[1] - oy) * GRAIN);
      for (let i = 2; i < line.length; i += 2) path.lineTo((line[i] - ox) * GRAIN, (line[i + 1] - oy) * GRAIN);
      if (closed) path.closePath();
    }
    return path;
  }

  /** Draw in the units of the paths, of which one pixel has `unit`. */
  private inGrain({ ctx, world, originX, originY }: Frame, act: (unit: number) => void): void {
    ctx.save();
    ctx.translate(this.origin[0] * world + originX, this.origin[1] * world + originY);
    ctx.scale(world / GRAIN, world / GRAIN);
    act(GRAIN / world);
    ctx.restore();
  }

  private paint({ ctx, density, world }: Frame, path: Path2D, { name, look, unit }: { name: string; look: Look; unit: number }): void {
    const ink = inkOf(name);
    const { box } = this.outlines[0];
    const small = (box[2] - box[0]) * world < SMALL_PX;
    const shade = !look.fill && small ? 0.2 : look.fill;
    ctx.fillStyle = ink;
    ctx.globalAlpha = shade;
    if (shade) ctx.fill(path, "evenodd");
    ctx.globalAlpha = 1;
    if (look.hatch) {
      const pattern = ctx.createPattern(hatch(ink), "repeat") as CanvasPattern;
      pattern.setTransform(ctx.getTransform().inverse().scale(density, density));
      ctx.fillStyle = pattern;
      ctx.fill(path, "evenodd");
    }
    if (!look.fill && small) return;
    ctx.strokeStyle = ink;
    ctx.lineWidth = look.line * unit;
    ctx.globalAlpha = look.faint ?? 1;
    ctx.setLineDash((look.dash ?? []).map((length) => length * unit));
    ctx.stroke(path);
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
  }

  private radiusOf({ finding }: Outline): number {
    return Math.min(2.5 + 2 * Math.sqrt(finding.count ?? 1), LARGEST_PX);
  }

  private reachOf(outline: Outline): number {
    if (outline.look === "repeat") return this.radiusOf(outline);
    return outline.closed ? 0 : NEAR_PX;
  }

  private onCanvas(frame: Frame, outline: Outline): [x: number, y: number] {
    const [x, y] = middleOf(outline);
    return [x * frame.world + frame.originX, y * frame.world + frame.originY];
  }

  private dots(frame: Frame): void {
    const { ctx } = frame;
    const repeats = this.outlines.filter(({ look }) => look === "repeat");
    ctx.fillStyle = inkOf("repeat");
    ctx.strokeStyle = palette().surface;
    ctx.lineWidth = 1;
    for (const outline of repeats) {
      const [x, y] = this.onCanvas(frame, outline);
      ctx.globalAlpha = LOOKS.repeat.fill;
      ctx.beginPath();
      ctx.arc(x, y, this.radiusOf(outline), 0, 2 * Math.PI);
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.stroke();
    }
  }

  private ring(frame: Frame, outline: Outline): void {
    const { ctx } = frame;
    const colors = palette();
    const strokes: [string, number][] = [[colors.surface, 5.5], [colors.accent, 2.8]];
    for (const [color, width] of strokes) {
      ctx.strokeStyle = color;
      if (outline.look === "repeat") {
        const [x, y] = this.onCanvas(frame, outline);
        ctx.lineWidth = width;
        ctx.beginPath();
        ctx.arc(x, y, this.radiusOf(outline) + 2, 0, 2 * Math.PI);
        ctx.stroke();
      } else this.inGrain(frame, (unit) => {
        ctx.lineWidth = width * unit;
        ctx.stroke(this.pathOf(outline));
      });
    }
  }

  /** How many incidents a cluster has, where there is room to write it. */
  private figure(frame: Frame, outline: Outline, width_px: number): void {
    if (width_px < 26) return;
    const { ctx } = frame;
    const [x, y] = this.onCanvas(frame, outline);
    ctx.font = `700 13px ${palette().font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.strokeStyle = palette().halo;
    ctx.lineWidth = 3.5;
    const text = formatNumber(outline.finding.count ?? 0);
    ctx.strokeText(text, x, y);
    ctx.fillStyle = inkOf("cluster");
    ctx.fillText(text, x, y);
    const [left, top] = [x + frame.cornerX - FIGURE_PX, y + frame.cornerY - FIGURE_PX / 2];
    this.figures.push([left, top, left + 2 * FIGURE_PX, top + FIGURE_PX]);
  }
}
