/** The fills of the units by class. */

import { classOf, standing } from "../classes";
import { palette } from "../theme";
import type { UnitTile } from "../tiles/decode";
import type { Unit } from "../units";
import type { Frame } from "./canvas_layer";
import { pathOf, TileCanvas } from "./tile_canvas";
import type { Fill } from "./units";

type Over = "hatch" | "dots" | "";

/** All areas of a tile that look the same. */
interface Paint {
  color: string;
  over: Over;
  path: Path2D;
}

function swatch(paint: (ctx: CanvasRenderingContext2D, size: number) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 8;
  canvas.height = 8;
  paint(canvas.getContext("2d") as CanvasRenderingContext2D, 8);
  return canvas;
}

/** Slanted lines for units without data. */
function hatch(): HTMLCanvasElement {
  return swatch((ctx, size) => {
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
function dots(): HTMLCanvasElement {
  return swatch((ctx) => {
    ctx.fillStyle = palette().muted;
    for (const [x, y] of [[2, 2], [6, 6]]) {
      ctx.beginPath();
      ctx.arc(x, y, 0.8, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
}

/** The canvas of the fills. */
export class Fills extends TileCanvas {
  private fill: Fill | null = null;
  private paints = new WeakMap<UnitTile, Paint[]>();
  private readonly paths = new WeakMap<UnitTile, Path2D[]>();
  private patterns: Record<string, CanvasPattern> = {};

  setFill(fill: Fill | null): void {
    this.fill = fill;
    this.renew();
  }

  /** Draw anew after colours, classes or the list have changed. */
  renew(): void {
    this.paints = new WeakMap();
    this.patterns = {};
    this.redrawSoon();
  }

  protected override drawTile({ ctx, density }: Frame, tile: UnitTile, unitsPerPixel: number): void {
    let paints = this.paints.get(tile);
    if (!paints) this.paints.set(tile, (paints = this.sorted(tile)));
    for (const { color, over, path } of paints) {
      ctx.fillStyle = color;
      ctx.strokeStyle = color;
      ctx.lineWidth = 0.6 * unitsPerPixel;
      ctx.fill(path, "evenodd");
      // A thin line of the same colour closes the hair between anti-aliased neighbours.
      ctx.stroke(path);
      if (!over) continue;
      ctx.fillStyle = this.pattern(ctx, over, density);
      ctx.fill(path, "evenodd");
    }
  }

  /** A pattern keeps the size of its strokes and its place on the canvas, whatever the tile's scale. */
  private pattern(ctx: CanvasRenderingContext2D, over: Exclude<Over, "">, density: number): CanvasPattern {
    this.patterns[over] ??= ctx.createPattern(over === "hatch" ? hatch() : dots(), "repeat") as CanvasPattern;
    const pattern = this.patterns[over];
    pattern.setTransform(ctx.getTransform().inverse().scale(density, density));
    return pattern;
  }

  private sorted(tile: UnitTile): Paint[] {
    const list = this.drawn.list();
    let paths = this.paths.get(tile);
    if (!paths) this.paths.set(tile, (paths = tile.areas.map(({ rings }) => pathOf(rings, true))));
    const paints = new Map<string, Paint>();
    tile.areas.forEach(({ at }, i) => {
      const { color, over } = this.look(list[at]);
      const key = `${color}${over}`;
      let paint = paints.get(key);
      if (!paint) paints.set(key, (paint = { color, over, path: new Path2D() }));
      paint.path.addPath(paths[i]);
    });
    return [...paints.values()];
  }

  private look(unit: Unit | undefined): { color: string; over: Over } {
    const ground = palette().ground;
    // A unit of the old boundaries has no value any more, and the new ones are on their way.
    const value = unit && this.fill?.values.get(unit.id);
    if (!this.fill || !value) return { color: ground, over: "" };
    const state = standing(value);
    if (state === "none") return { color: ground, over: "hatch" };
    if (state === "zero") return { color: ground, over: "" };
    const color = this.fill.colors[classOf(value.value as number, this.fill.breaks)];
    return { color, over: value.few ? "dots" : "" };
  }
}
