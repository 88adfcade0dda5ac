/** Borders of the units, each drawn once, and the outline of the chosen and the pointed-at unit. */

import { mix, palette } from "../theme";
import type { Edge, UnitTile } from "../tiles/decode";
import type { Unit } from "../units";
import type { Frame } from "./canvas_layer";
import { pathOf, TileCanvas } from "./tile_canvas";

/** Whether a border is also one of a province: a coast, or another province beyond it. */
export function isOuter({ a, b }: Edge, list: Unit[]): boolean {
  return b < 0 || (list[a]?.props.parent ?? null) !== (list[b]?.props.parent ?? null);
}

/** The canvas of the borders. */
export class Lines extends TileCanvas {
  private visible = true;
  private filled = false;
  private paths = new WeakMap<UnitTile, { inner: Path2D; outer: Path2D }>();

  setVisible(visible: boolean): void {
    if (visible === this.visible) return;
    this.visible = visible;
    this.redrawSoon();
  }

  setFilled(filled: boolean): void {
    if (filled === this.filled) return;
    this.filled = filled;
    this.redrawSoon();
  }

  /** Draw anew after the list has changed. */
  renew(): void {
    this.paths = new WeakMap();
    this.redrawSoon();
  }

  protected override drawTile({ ctx, zoom }: Frame, tile: UnitTile, unitsPerPixel: number): void {
    if (!this.visible) return;
    let paths = this.paths.get(tile);
    if (!paths) this.paths.set(tile, (paths = this.sorted(tile)));
    const colors = palette();
    ctx.lineJoin = "round";
    ctx.strokeStyle = this.filled ? mix(colors.hairline, colors.ground, 0.35) : colors.hairline;
    ctx.lineWidth = (zoom >= 13 ? 1.4 : 0.9) * unitsPerPixel;
    ctx.stroke(paths.inner);
    ctx.strokeStyle = colors.province;
    ctx.lineWidth = (zoom >= 12 ? 2 : 1.5) * unitsPerPixel;
    ctx.stroke(paths.outer);
  }

  private sorted(tile: UnitTile): { inner: Path2D; outer: Path2D } {
    const list = this.drawn.list();
    const of = (outer: boolean): Path2D =>
      pathOf(tile.edges.filter((edge) => isOuter(edge, list) === outer).flatMap(({ lines }) => lines), false);
    return { inner: of(false), outer: of(true) };
  }
}

/** The canvas of the outlines: a small one of its own, since it changes with every move of the pointer. */
export class Rings extends TileCanvas {
  private selected: string | null = null;
  private pointed: string | null = null;

  select(id: string | null): void {
    if (this.selected === id) return;
    this.selected = id;
    this.redraw();
  }

  point(id: string | null): void {
    if (this.pointed === id) return;
    this.pointed = id;
    this.redraw();
  }

  protected override idle(): boolean {
    return (this.selected ?? this.pointed) === null;
  }

  protected override draw(frame: Frame): void {
    if (!this.idle()) super.draw(frame);
  }

  protected override drawTile({ ctx }: Frame, tile: UnitTile, unitsPerPixel: number): void {
    const colors = palette();
    ctx.lineJoin = "round";
    const ring = (id: string | null, strokes: [color: string, width: number][]): void => {
      const path = id && this.outline(tile, id);
      if (!path) return;
      for (const [color, width] of strokes) {
        ctx.strokeStyle = color;
        ctx.lineWidth = width * unitsPerPixel;
        ctx.stroke(path);
      }
    };
    ring(this.pointed, [[colors.muted, 1.8]]);
    ring(this.selected, [[colors.surface, 5.5], [colors.accent, 2.8]]);
  }

  private outline(tile: UnitTile, id: string): Path2D | null {
    const at = this.drawn.list().find((unit) => unit.id === id)?.at;
    const edges = tile.edges.filter(({ a, b }) => a === at || b === at);
    return edges.length ? pathOf(edges.flatMap(({ lines }) => lines), false) : null;
  }
}
