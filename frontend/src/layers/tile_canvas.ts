/** A canvas whose drawing is laid out tile by tile, in tile units and cut at the tile's edge. */

import type { UnitTile } from "../tiles/decode";
import { EXTENT, tilePlace } from "../tiles/grid";
import type { Piece } from "../tiles/source";
import type { Unit } from "../units";
import { CanvasLayer, type Frame } from "./canvas_layer";

/** What the canvases of the units draw. */
export interface Drawn {
  pieces(): Piece<UnitTile>[];
  /** Units by the positions that the tiles name. */
  list(): Unit[];
}

/** Lines of a tile as a path in tile units. */
export function pathOf(lines: Int16Array[], close: boolean): Path2D {
  const path = new Path2D();
  for (const line of lines) {
    path.moveTo(line[0], line[1]);
    for (let i = 2; i < line.length; i += 2) path.lineTo(line[i], line[i + 1]);
    if (close) path.closePath();
  }
  return path;
}

/** Base of the canvases that draw units. */
export abstract class TileCanvas extends CanvasLayer {
  constructor(
    pane: string,
    protected readonly drawn: Drawn,
    private readonly before: (frame: Frame) => void = () => undefined,
  ) {
    super(pane);
  }

  /** Draw one tile; the context is in tile units, of which one pixel has `unitsPerPixel`. */
  protected abstract drawTile(frame: Frame, tile: UnitTile, unitsPerPixel: number): void;

  protected override draw(frame: Frame): void {
    this.before(frame);
    for (const { id, content, area } of this.drawn.pieces()) {
      const whole = tilePlace(frame, id);
      frame.ctx.save();
      this.cut(frame, tilePlace(frame, area));
      frame.ctx.translate(whole.left, whole.top);
      frame.ctx.scale(whole.size / EXTENT, whole.size / EXTENT);
      this.drawTile(frame, content, EXTENT / whole.size);
      frame.ctx.restore();
    }
  }

  /** Cut at whole device pixels, so that neighbouring tiles meet without a seam. */
  private cut({ ctx, density }: Frame, { left, top, size }: { left: number; top: number; size: number }): void {
    const snap = (value: number): number => Math.round(value * density) / density;
    ctx.beginPath();
    ctx.rect(snap(left), snap(top), snap(left + size) - snap(left), snap(top + size) - snap(top));
    ctx.clip();
  }
}
