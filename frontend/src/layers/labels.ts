/** Names of units on the map, one each, appearing as there is room for them. */

import type { Map as LeafletMap } from "leaflet";

import { mercatorX, mercatorY } from "../geometry";
import { palette } from "../theme";
import type { Unit } from "../units";
import { CanvasLayer, quietPane, type Frame } from "./canvas_layer";
import { placeLabels, shortName, type Rect, type Wish } from "./placing";

const LINE_HEIGHT = 17;

/** The labels of the units. */
export class LabelsLayer extends CanvasLayer {
  // Names give way to the panels that float over the map.
  protected override readonly followsView = true;
  private units: Unit[] = [];
  private selected: string | null = null;
  private readonly widths = new Map<string, number>();

  constructor(
    private readonly map: LeafletMap,
    private readonly obstacles: () => Rect[],
    private readonly figure: (id: string) => string | null,
  ) {
    super(quietPane(map, "antt-labels", 470), 0.1);
  }

  setUnits(units: Unit[]): void {
    this.units = units;
    this.redrawSoon();
  }

  select(id: string | null): void {
    this.selected = id;
    this.redrawSoon();
  }

  protected override draw(frame: Frame): void {
    const { ctx } = frame;
    const wishes = this.units.flatMap((unit) => this.wish(frame, unit));
    const placed = placeLabels(wishes, [...this.marks(frame), ...this.floats(frame)]);
    const colors = palette();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    for (const label of placed) {
      const chosen = label.id === this.selected;
      label.lines.forEach((line, i) => {
        const y = label.y + (i - (label.lines.length - 1) / 2) * LINE_HEIGHT;
        ctx.font = this.font(chosen, i);
        ctx.strokeStyle = colors.halo;
        ctx.lineWidth = 3.5;
        ctx.strokeText(line, label.x, y);
        ctx.fillStyle = chosen ? colors.accent : i ? colors.muted : colors.ink;
        ctx.globalAlpha = chosen || i ? 1 : 0.82;
        ctx.fillText(line, label.x, y);
        ctx.globalAlpha = 1;
      });
    }
  }

  private font(chosen: boolean, line: number): string {
    const weight = chosen ? 700 : line ? 400 : 500;
    return `${weight} ${chosen ? 15 : 13}px ${palette().font}`;
  }

  private width(ctx: CanvasRenderingContext2D, text: string, font: string): number {
    const key = `${font}|${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      ctx.font = font;
      width = ctx.measureText(text).width;
      if (document.fonts.status === "loaded") this.widths.set(key, width);
    }
    return width;
  }

  private wish(frame: Frame, unit: Unit): Wish[] {
    const { box, label } = unit;
    if (!box || !label) return [];
    const x = mercatorX(label[0]) * frame.world + frame.originX;
    const y = mercatorY(label[1]) * frame.world + frame.originY;
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) return [];
    const chosen = unit.id === this.selected;
    const name = shortName(unit.props.name, unit.props.unit_type);
    const spanX = (box[2] - box[0]) * frame.world;
    const spanY = (box[3] - box[1]) * frame.world;
    const width = this.width(frame.ctx, name, this.font(chosen, 0));
    const island = /đặc khu/i.test(unit.props.unit_type);
    if (!chosen && !island && width > spanX * 1.2) return [];
    const figure = spanY > 80 && spanX > 90 ? this.figure(unit.id) : null;
    const lines = figure ? [name, figure] : [name];
    const priority = chosen ? 1e12 : (island ? 1e9 : 0) + spanX * spanY;
    const reach: [number, number] | undefined = spanX > 200 && spanY > 120 ? [spanX * 0.2, spanY * 0.2] : undefined;
    return [{ id: unit.id, lines, x, y, reach, width: width + 10, height: lines.length * LINE_HEIGHT + 4, priority, forced: chosen }];
  }

  private marks({ cornerX, cornerY }: Frame): Rect[] {
    return this.obstacles().map(([left, top, right, bottom]) =>
      [left - cornerX, top - cornerY, right - cornerX, bottom - cornerY]);
  }

  /** The panels that float over the map, as rectangles on this canvas. */
  private floats(frame: Frame): Rect[] {
    const frameRect = this.map.getContainer().getBoundingClientRect();
    return [...document.querySelectorAll<HTMLElement>(".float")]
      .map((panel) => panel.getBoundingClientRect())
      .filter((rect) => rect.width > 0)
      .map((rect) => [
        rect.left - frameRect.left + frame.viewX - 4,
        rect.top - frameRect.top + frame.viewY - 4,
        rect.right - frameRect.left + frame.viewX + 4,
        rect.bottom - frameRect.top + frame.viewY + 4,
      ]);
  }
}
