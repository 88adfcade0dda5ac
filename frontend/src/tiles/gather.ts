/** From cells and single incidents to the marks on screen. Nothing is left out: the counts add up. */

import { formatNumber } from "../format";
import type { Piece } from "./source";
import type { IncidentTile } from "./decode";
import { boxOf, tileKey } from "./grid";

/** What one drawn mark stands for. */
export interface Mark {
  /** Pixels of the world at the zoom that was asked for. */
  x: number;
  y: number;
  count: number;
  radius: number;
  /** Pixels between its outermost members; 0 when it cannot be taken apart further. */
  spread: number;
  /** The one entry it stands for, when there is but one. */
  only: Entry | null;
}

const BLOCK_PX = 80;
/** From this zoom on, incidents stand for themselves unless they lie on each other. */
const SINGLE_ZOOM = 17.5;
const SINGLE_RADIUS = 6;
const LARGEST = 28;
const PASSES = 4;
/** Marks are looked for in squares of this size, wider than two of the largest circles. */
const NEAR_PX = 128;
const ROW = 2 ** 24;
const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => dy * ROW + dx));

/** Radius of a circle whose area stands for a count, but never too small for its number. */
function circleRadius(count: number, most: number): number {
  // Where even the largest stands for a few, it must not look like a hotspot.
  const largest = Math.min(LARGEST, 8 + 2.2 * Math.sqrt(most));
  return Math.max(7 + 3.8 * formatNumber(count).length, largest * Math.sqrt(count / Math.max(most, 1)));
}

/** One entry of a tile. */
interface Entry {
  tile: IncidentTile;
  at: number;
}

/** Sums over the entries of a block; the first two are remembered, more are never drawn singly. */
class Block {
  /** Two parts of one block that lie in two tiles. */
  static joined(a: Block, b: Block): Block {
    const sum = new Block();
    sum.count = a.count + b.count;
    sum.entries = a.entries + b.entries;
    sum.sumX = a.sumX + b.sumX;
    sum.sumY = a.sumY + b.sumY;
    sum.left = Math.min(a.left, b.left);
    sum.top = Math.min(a.top, b.top);
    sum.right = Math.max(a.right, b.right);
    sum.bottom = Math.max(a.bottom, b.bottom);
    sum.first = a.first;
    sum.second = a.second ?? b.first;
    return sum;
  }

  count = 0;
  entries = 0;
  sumX = 0;
  sumY = 0;
  left = Infinity;
  top = Infinity;
  right = -Infinity;
  bottom = -Infinity;
  first: Entry | null = null;
  second: Entry | null = null;

  add(tile: IncidentTile, at: number, world: number): void {
    const x = tile.x[at] * world;
    const y = tile.y[at] * world;
    const n = tile.count[at];
    this.count += n;
    this.entries += 1;
    this.sumX += x * n;
    this.sumY += y * n;
    if (x < this.left) this.left = x;
    if (x > this.right) this.right = x;
    if (y < this.top) this.top = y;
    if (y > this.bottom) this.bottom = y;
    if (this.entries === 1) this.first = { tile, at };
    else if (this.entries === 2) this.second = { tile, at };
  }

  mark(): Mark {
    const { count } = this;
    const spread = Math.hypot(this.right - this.left, this.bottom - this.top);
    const only = this.entries === 1 ? this.first : null;
    return { x: this.sumX / count, y: this.sumY / count, count, radius: 0, spread, only };
  }
}

function markOf({ tile, at }: Entry, world: number): Mark {
  return { x: tile.x[at] * world, y: tile.y[at] * world, count: tile.count[at], radius: 0, spread: 0, only: { tile, at } };
}

type Blocks = Map<number, Block>;

/** Blocks of one tile; panning brings the same tiles again and again. */
const known = new WeakMap<IncidentTile, { key: string; blocks: Blocks }>();

function blocksOf(piece: Piece<IncidentTile>, world: number, size: number): Blocks {
  const key = [world, size, tileKey(piece.area)].join();
  const before = known.get(piece.content);
  if (before?.key === key) return before.blocks;
  const blocks = counted(piece, world, size);
  known.set(piece.content, { key, blocks });
  return blocks;
}

function counted({ id, content, area }: Piece<IncidentTile>, world: number, size: number): Blocks {
  const blocks: Blocks = new Map();
  const scale = world / size;
  const columns = Math.ceil(scale) + 2;
  const whole = id.z === area.z;
  const [left, top, right, bottom] = boxOf(area);
  const { x, y } = content;
  for (let i = 0; i < x.length; i += 1) {
    if (!whole && (x[i] < left || x[i] >= right || y[i] < top || y[i] >= bottom)) continue;
    const row = Math.floor(y[i] * scale);
    // Every other row is moved by half a block: the eye then sees places, not a grid.
    const key = row * columns + Math.floor(x[i] * scale + (row % 2 ? 0.5 : 0));
    let block = blocks.get(key);
    if (!block) blocks.set(key, (block = new Block()));
    block.add(content, i, world);
  }
  return blocks;
}

function allBlocks(pieces: Piece<IncidentTile>[], world: number, size: number): Iterable<Block> {
  const all: Blocks = new Map();
  for (const piece of pieces)
    for (const [key, block] of blocksOf(piece, world, size)) {
      const other = all.get(key);
      all.set(key, other ? Block.joined(other, block) : block);
    }
  return all.values();
}

/** Blocks with one or two incidents are drawn as they are. */
function marksOf(pieces: Piece<IncidentTile>[], world: number, size: number): Mark[] {
  const marks: Mark[] = [];
  for (const block of allBlocks(pieces, world, size)) {
    if (block.count > 2) marks.push(block.mark());
    else for (const entry of [block.first, block.second]) if (entry) marks.push(markOf(entry, world));
  }
  return marks;
}

function reach(a: Mark, b: Mark): number {
  if (a.count === 1 && b.count === 1) return 4;
  return 0.93 * (a.radius + b.radius);
}

function join(into: Mark, other: Mark): void {
  const count = into.count + other.count;
  const apart = Math.hypot(into.x - other.x, into.y - other.y);
  into.spread = Math.max(into.spread, other.spread, apart);
  into.x = (into.x * into.count + other.x * other.count) / count;
  into.y = (into.y * into.count + other.y * other.count) / count;
  into.count = count;
  into.only = null;
}

function size(marks: Mark[]): void {
  const most = marks.reduce((largest, { count }) => Math.max(largest, count), 1);
  for (const mark of marks) mark.radius = mark.count > 1 ? circleRadius(mark.count, most) : SINGLE_RADIUS;
}

function hostOf(mark: Mark, key: number, kept: Map<number, Mark[]>): Mark | null {
  for (const step of AROUND)
    for (const other of kept.get(key + step) ?? [])
      if (Math.hypot(other.x - mark.x, other.y - mark.y) < reach(other, mark)) return other;
  return null;
}

/** Join marks that would lie on each other, the smaller into the larger. */
function pass(marks: Mark[]): Mark[] {
  const kept = new Map<number, Mark[]>();
  const out: Mark[] = [];
  const order = [...marks].sort((a, b) => b.count - a.count || a.x - b.x || a.y - b.y);
  for (const mark of order) {
    const key = Math.floor(mark.y / NEAR_PX) * ROW + Math.floor(mark.x / NEAR_PX);
    const host = hostOf(mark, key, kept);
    if (host) {
      join(host, mark);
      continue;
    }
    out.push(mark);
    const cell = kept.get(key);
    if (cell) cell.push(mark);
    else kept.set(key, [mark]);
  }
  return out;
}

/**
 * Gather what the tiles hold into marks that do not lie on each other: first into blocks of a grid
 * that is fixed to the world, so that panning changes nothing, then neighbours that would touch.
 */
export function gather(pieces: Piece<IncidentTile>[], zoom: number): Mark[] {
  const world = 256 * 2 ** zoom;
  const block = zoom >= SINGLE_ZOOM ? 4 : BLOCK_PX;
  let marks = marksOf(pieces, world, block);
  for (let i = 0; i < PASSES; i += 1) {
    size(marks);
    const fewer = pass(marks);
    const done = fewer.length === marks.length;
    marks = fewer;
    if (done) break;
  }
  size(marks);
  return marks;
}
