/** All borders of a plan on one canvas: ground, the old lines dashed under the new ones, names. */

import type { Map as LeafletMap } from "leaflet";

import { CanvasLayer, quietPane, type Frame } from "../layers/canvas_layer";
import { placeLabels, type Wish } from "../layers/placing";
import { mix, palette } from "../theme";
import type { Points } from "./model/grid";
import { differenceOf, type Arc, type Difference, type Topology } from "./model/topology";
import { arcPath, Grounds, pathOf, trace, type Ground } from "./shapes";

const LINE_HEIGHT = 16;
const LOCKED = { width: 3, dash: [] as number[] };
const SHARED = { width: 1.4, dash: [] as number[] };
const CHANGED = { width: 2.8, dash: [] as number[] };
const BASE = { width: 1.6, dash: [5, 4] };

/** Draws one state of a plan over the state it started from. */
export class BordersLayer extends CanvasLayer {
  protected override readonly followsView = true;
  readonly grounds = new Grounds();
  private now: Topology | null = null;
  private changed: Difference = { gone: [], come: [] };
  private chosen: string | null = null;
  private guides: readonly Points[] = [];

  constructor(map: LeafletMap, pane = "pl-borders") {
    super(quietPane(map, pane, 420), 0.2);
  }

  /** Show a state, and what differs from the one it started from. */
  show(now: Topology, base: Topology): void {
    this.now = now;
    this.changed = differenceOf(base, now);
    this.redrawSoon();
  }

  /** Show lines that are drawn along. */
  showGuides(guides: readonly Points[]): void {
    this.guides = guides;
    this.redrawSoon();
  }

  /** Tell one unit from the others. */
  choose(code: string | null): void {
    if (code === this.chosen) return;
    this.chosen = code;
    this.redrawSoon();
  }

  /** The unit at a place, and its ground. */
  ground(code: string): Ground | null {
    return (this.now && this.grounds.all(this.now).get(code)) ?? null;
  }

  protected override draw(frame: Frame): void {
    const { now, changed: { gone, come } } = this;
    if (!now) return;
    const colors = palette();
    const grounds = this.grounds.all(now);
    this.fill(frame, grounds);
    const arcs = [...now.arcs.values()];
    const fresh = new Set(come);
    this.old(frame);
    stroke(frame, gone, { ...BASE, color: colors.muted });
    stroke(frame, arcs.filter((arc) => arc.locked), { ...LOCKED, color: colors.hatch });
    stroke(frame, arcs.filter((arc) => !arc.locked && !fresh.has(arc)), { ...SHARED, color: mix(colors.muted, colors.ink, 0.3) });
    stroke(frame, come.filter((arc) => !arc.locked), { ...CHANGED, color: colors.accent });
    this.names(frame, grounds);
  }

  private fill(frame: Frame, grounds: Map<string, Ground>): void {
    const { ctx } = frame;
    const colors = palette();
    const touched = new Set(this.changed.come.flatMap(({ left, right }) => [left, right]));
    for (const [code, { paths }] of grounds) {
      ctx.beginPath();
      for (const path of paths) trace(frame, path, true);
      const share = code === this.chosen ? 0.22 : touched.has(code) ? 0.07 : 0;
      ctx.fillStyle = share ? mix(colors.ground, colors.accent, share) : colors.ground;
      ctx.fill("evenodd");
    }
  }

  private old(frame: Frame): void {
    const { ctx } = frame;
    ctx.beginPath();
    for (const line of this.guides) trace(frame, pathOf(line));
    ctx.setLineDash([2, 4]);
    ctx.lineWidth = 1.6;
    ctx.strokeStyle = palette().data;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  private names(frame: Frame, grounds: Map<string, Ground>): void {
    const { ctx } = frame;
    const colors = palette();
    ctx.font = `500 13px ${colors.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const wishes = [...grounds].flatMap(([code, ground]) => this.wish(frame, code, ground));
    for (const label of placeLabels(wishes, [])) {
      ctx.strokeStyle = colors.halo;
      ctx.lineWidth = 3.5;
      ctx.strokeText(label.lines[0], label.x, label.y);
      ctx.fillStyle = label.id === this.chosen ? colors.accent : colors.ink;
      ctx.fillText(label.lines[0], label.x, label.y);
    }
  }

  private wish(frame: Frame, code: string, { box, label }: Ground): Wish[] {
    const name = this.now?.units.get(code)?.name ?? code;
    const [at, corner] = [pathOf(label), pathOf(box)];
    const width = frame.ctx.measureText(name).width;
    const room = (corner[2] - corner[0]) * frame.world;
    if (room < width * 0.6 || Number.isNaN(at[0])) return [];
    const [x, y] = [frame.originX + at[0] * frame.world, frame.originY + at[1] * frame.world];
    return [{ id: code, lines: [name], x, y, width, height: LINE_HEIGHT, priority: room }];
  }
}

interface Pen {
  width: number;
  dash: number[];
  color: string;
}

function stroke(frame: Frame, arcs: readonly Arc[], { width, dash, color }: Pen): void {
  const { ctx } = frame;
  ctx.beginPath();
  for (const arc of arcs) trace(frame, arcPath(arc));
  ctx.setLineDash(dash);
  ctx.lineWidth = width;
  ctx.lineJoin = "round";
  ctx.strokeStyle = color;
  ctx.stroke();
  ctx.setLineDash([]);
}
