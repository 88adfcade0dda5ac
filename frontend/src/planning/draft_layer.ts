/** What is being drawn: the sketch, the ground it sweeps, handles, the cross-hair. */

import type { Map as LeafletMap } from "leaflet";

import { CanvasLayer, quietPane, type Frame } from "../layers/canvas_layer";
import { palette } from "../theme";
import type { Place, Points } from "./model/grid";
import { pathOf, trace } from "./shapes";

const HATCH_PX = 8;
const ARM_PX = 14;

/** Everything a tool may want to have drawn. */
export interface Drawing {
  lines: { points: Points; look: "sketch" | "bad" | "mine" | "theirs" }[];
  /** Rings of ground that changes hands, a list for each piece. */
  swept: Points[][];
  anchors: Place[];
  handles: Place[];
  held: Place | null;
  /** Where a click would land on the border. */
  snap: Place | null;
  /** Where the line is wrong. */
  bad: Place | null;
}

export const NOTHING: Drawing = { lines: [], swept: [], anchors: [], handles: [], held: null, snap: null, bad: null };

/** Draws the drawing of the tool in hand. */
export class DraftLayer extends CanvasLayer {
  protected override readonly followsView = true;
  private drawing = NOTHING;
  private cross: Place | null = null;

  constructor(map: LeafletMap, pane = "pl-draft") {
    super(map.getPane(pane) ? pane : quietPane(map, pane, 450), 0.1);
  }

  /** Show a drawing, now. */
  show(drawing: Drawing, cross: Place | null): void {
    this.drawing = drawing;
    this.cross = cross;
    this.redraw();
  }

  protected override draw(frame: Frame): void {
    const { ctx } = frame;
    const { lines, swept, anchors, handles, held, snap, bad } = this.drawing;
    const colors = palette();
    const looks = {
      sketch: { color: colors.data, dash: [] }, bad: { color: badColor(), dash: [] },
      mine: { color: colors.data, dash: [] }, theirs: { color: colors.accent, dash: [7, 5] },
    };
    for (const rings of swept) {
      ctx.beginPath();
      for (const ring of rings) trace(frame, pathOf(ring), true);
      ctx.fillStyle = hatch(ctx, colors.data);
      ctx.fill("evenodd");
    }
    ctx.lineJoin = "round";
    for (const { points, look } of lines) {
      ctx.beginPath();
      trace(frame, pathOf(points));
      ctx.strokeStyle = looks[look].color;
      ctx.lineWidth = 3;
      ctx.setLineDash(looks[look].dash);
      ctx.stroke();
    }
    ctx.setLineDash([]);
    for (const place of handles) dot(frame, place, { radius: 4, fill: colors.surface, edge: colors.accent });
    for (const place of anchors) dot(frame, place, { radius: 5.5, fill: colors.data, edge: colors.surface });
    if (held) dot(frame, held, { radius: 6, fill: colors.accent, edge: colors.surface });
    if (snap) dot(frame, snap, { radius: 7, fill: "transparent", edge: colors.data });
    if (bad) cross(frame, bad, 7, badColor());
    if (this.cross) cross(frame, this.cross, ARM_PX, colors.ink, true);
  }
}

let badText = "";

function badColor(): string {
  badText ||= getComputedStyle(document.documentElement).getPropertyValue("--bad").trim();
  return badText;
}

let striped: { color: string; pattern: CanvasPattern } | null = null;

function hatch(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  if (striped?.color === color) return striped.pattern;
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH_PX;
  const own = tile.getContext("2d");
  if (!own) return color;
  own.strokeStyle = color;
  own.lineWidth = 1.6;
  own.beginPath();
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    own.moveTo(shift, HATCH_PX);
    own.lineTo(shift + HATCH_PX, 0);
  }
  own.stroke();
  const pattern = ctx.createPattern(tile, "repeat");
  if (!pattern) return color;
  striped = { color, pattern };
  return pattern;
}

function pixel({ originX, originY, world }: Frame, place: Place): [number, number] {
  const [x, y] = pathOf(place);
  return [originX + x * world, originY + y * world];
}

function dot(frame: Frame, place: Place, { radius, fill, edge }: { radius: number; fill: string; edge: string }): void {
  const { ctx } = frame;
  ctx.beginPath();
  ctx.arc(...pixel(frame, place), radius, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.lineWidth = 2;
  ctx.strokeStyle = edge;
  ctx.stroke();
}

function cross(frame: Frame, place: Place, arm: number, color: string, upright = false): void {
  const { ctx } = frame;
  const [x, y] = pixel(frame, place);
  ctx.beginPath();
  const ends = upright ? [[arm, 0], [0, arm]] : [[arm, arm], [arm, -arm]];
  for (const [dx, dy] of ends) {
    ctx.moveTo(x - dx, y - dy);
    ctx.lineTo(x + dx, y + dy);
  }
  for (const [width, style] of [[5, palette().halo], [2, color]] as const) {
    ctx.lineWidth = width;
    ctx.strokeStyle = style;
    ctx.stroke();
  }
}
