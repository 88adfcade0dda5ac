/** Units: fills by class, borders, the selected and the pointed-at outline. */

import type { Map as LeafletMap } from "leaflet";

import { classOf, standing, type UnitValue } from "../classes";
import { borders, contains, mercatorX, mercatorY, type Borders, type UnitShape } from "../geometry";
import { mix, palette } from "../theme";
import { CanvasLayer, quietPane, type Frame } from "./canvas_layer";

/** How the fills are to be drawn; null draws plain ground. */
export interface Fill {
  values: Map<string, UnitValue>;
  breaks: number[];
  colors: string[];
}

function trace(frame: Frame, line: Float64Array, path: Path2D): void {
  let lastX = NaN;
  let lastY = NaN;
  for (let i = 0; i < line.length; i += 2) {
    const x = line[i] * frame.world + frame.originX;
    const y = line[i + 1] * frame.world + frame.originY;
    const end = i === 0 || i === line.length - 2;
    if (!end && Math.abs(x - lastX) < 0.7 && Math.abs(y - lastY) < 0.7) continue;
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
}

function outline(frame: Frame, unit: UnitShape): Path2D {
  const path = new Path2D();
  for (const ring of unit.rings) {
    trace(frame, ring, path);
    path.closePath();
  }
  return path;
}

function inView(frame: Frame, unit: UnitShape): boolean {
  const [w, n, e, s] = unit.box.map((value, i) =>
    value * frame.world + (i % 2 ? frame.originY : frame.originX),
  );
  return e > 0 && s > 0 && w < frame.width && n < frame.height;
}

function tile(paint: (ctx: CanvasRenderingContext2D, size: number) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 8;
  canvas.height = 8;
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  paint(ctx, 8);
  return canvas;
}

/** Slanted lines for units without data. */
export function hatchTile(): HTMLCanvasElement {
  return tile((ctx, size) => {
    ctx.strokeStyle = palette().hatch;
    ctx.lineWidth = 1.2;
    for (const shift of [-size, 0, size]) {
      ctx.moveTo(shift, size);
      ctx.lineTo(shift + size, 0);
    }
    ctx.stroke();
  });
}

/** Dots over a class colour for units with too few incidents for a steady rate. */
export function dotTile(): HTMLCanvasElement {
  return tile((ctx) => {
    ctx.fillStyle = palette().muted;
    for (const [x, y] of [[2, 2], [6, 6]]) {
      ctx.beginPath();
      ctx.arc(x, y, 0.8, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
}

class Fills extends CanvasLayer {
  units: UnitShape[] = [];
  fill: Fill | null = null;

  protected override draw(frame: Frame): void {
    const { ctx } = frame;
    const hatch = ctx.createPattern(hatchTile(), "repeat") as CanvasPattern;
    const dots = ctx.createPattern(dotTile(), "repeat") as CanvasPattern;
    for (const unit of this.units) {
      if (!inView(frame, unit)) continue;
      const path = outline(frame, unit);
      const { color, over } = this.paint(unit.id, hatch, dots);
      ctx.fillStyle = color;
      ctx.strokeStyle = color;
      ctx.lineWidth = 0.6;
      ctx.fill(path, "evenodd");
      // A thin line of the same colour closes the hair between anti-aliased neighbours.
      ctx.stroke(path);
      if (!over) continue;
      ctx.fillStyle = over;
      ctx.fill(path, "evenodd");
    }
  }

  private paint(
    id: string,
    hatch: CanvasPattern,
    dots: CanvasPattern,
  ): { color: string; over: CanvasPattern | null } {
    const ground = palette().ground;
    if (!this.fill) return { color: ground, over: null };
    const value = this.fill.values.get(id) ?? { count: null, value: null, few: false };
    const state = standing(value);
    if (state === "none") return { color: ground, over: hatch };
    if (state === "zero") return { color: ground, over: null };
    const color = this.fill.colors[classOf(value.value as number, this.fill.breaks)];
    return { color, over: value.few ? dots : null };
  }
}

class Lines extends CanvasLayer {
  units: UnitShape[] = [];
  borders: Borders = { inner: [], outer: [] };
  selected: string | null = null;
  pointed: string | null = null;
  visible = true;
  filled = false;

  protected override draw(frame: Frame): void {
    const colors = palette();
    if (this.visible) {
      const hair = this.filled ? mix(colors.hairline, colors.ground, 0.35) : colors.hairline;
      this.stroke(frame, this.borders.inner, hair, frame.zoom >= 13 ? 1.4 : 0.9);
      this.stroke(frame, this.borders.outer, colors.province, frame.zoom >= 12 ? 2 : 1.5);
    }
    this.ring(frame, this.pointed, colors.muted, 1.8);
    this.ring(frame, this.selected, colors.surface, 5.5);
    this.ring(frame, this.selected, colors.accent, 2.8);
  }

  private stroke(frame: Frame, lines: Float64Array[], color: string, width: number): void {
    const path = new Path2D();
    for (const line of lines) trace(frame, line, path);
    frame.ctx.lineJoin = "round";
    frame.ctx.strokeStyle = color;
    frame.ctx.lineWidth = width;
    frame.ctx.stroke(path);
  }

  private ring(frame: Frame, id: string | null, color: string, width: number): void {
    const unit = id ? this.units.find((candidate) => candidate.id === id) : undefined;
    if (!unit) return;
    frame.ctx.lineJoin = "round";
    frame.ctx.strokeStyle = color;
    frame.ctx.lineWidth = width;
    frame.ctx.stroke(outline(frame, unit));
  }
}

/** The units on the map. */
export class UnitsLayer {
  units: UnitShape[] = [];
  private readonly fills: Fills;
  private readonly lines: Lines;

  constructor(map: LeafletMap) {
    this.fills = new Fills(quietPane(map, "antt-fills", 250)).addTo(map);
    this.lines = new Lines(quietPane(map, "antt-lines", 420)).addTo(map);
  }

  setUnits(units: UnitShape[]): void {
    this.units = units;
    this.fills.units = units;
    this.lines.units = units;
    this.lines.borders = borders(units);
    this.redraw();
  }

  setFill(fill: Fill | null): void {
    this.fills.fill = fill;
    this.lines.filled = fill !== null;
    this.redraw();
  }

  setVisible(visible: boolean): void {
    this.lines.visible = visible;
    this.lines.redraw();
  }

  select(id: string | null): void {
    this.lines.selected = id;
    this.lines.redraw();
  }

  point(id: string | null): void {
    if (this.lines.pointed === id) return;
    this.lines.pointed = id;
    this.lines.redraw();
  }

  /** The unit under a place. */
  at(lat: number, lon: number): UnitShape | null {
    const x = mercatorX(lon);
    const y = mercatorY(lat);
    return this.units.find((unit) => contains(unit, x, y)) ?? null;
  }

  find(id: string | null): UnitShape | null {
    if (!id) return null;
    return (
      this.units.find((unit) => unit.id === id) ??
      this.units.find((unit) => unit.props.code === id) ??
      null
    );
  }

  redraw(): void {
    this.fills.redraw();
    this.lines.redraw();
  }
}
