/**
 * Tiles of one layer: fetched when wanted, given up when no longer wanted, kept while there is room.
 * What is on screen stays until its successor is here: a parent until its children have arrived, and
 * the tiles of the old filter until those of the new one have.
 */

import { ApiError, fetchTile, type Desk } from "../api";
import { ancestor, children, tileKey, type TileId, type Wanted } from "./grid";

/** A decoded tile and the part of the view that it fills. */
export interface Piece<T> {
  id: TileId;
  content: T;
  /** The area to draw; smaller than the tile where a parent stands in for a child. */
  area: TileId;
}

interface Shelf<T> {
  address: string;
  tiles: Map<string, T>;
  running: Map<string, AbortController>;
  failed: Set<string>;
}

function emptyShelf<T>(address: string): Shelf<T> {
  return { address, tiles: new Map(), running: new Map(), failed: new Set() };
}

const KEPT = 96;
const LEVELS_UP = 5;
/** Tiles that come in quick succession are drawn together. */
const TOGETHER_MS = 60;

/** The tiles of one layer. */
export class TileSource<T> {
  private shown: Shelf<T> | null = null;
  private next: Shelf<T> | null = null;
  private wanted: Wanted = { seen: [], around: [] };
  private timer = 0;

  constructor(
    private readonly desk: Desk,
    private readonly decode: (buffer: ArrayBuffer, id: TileId) => T,
    private readonly changed: () => void,
  ) {}

  /** Address of the tiles now on screen. */
  get address(): string | null {
    return this.shown?.address ?? null;
  }

  /** Whether no tiles are asked for. */
  get idle(): boolean {
    return !this.shown && !this.next;
  }

  /** Show tiles of this address, with `{z}`, `{x}` and `{y}` in it; null shows none. */
  show(address: string | null): void {
    if (address === (this.next ?? this.shown)?.address) return;
    if (this.next) this.stop(this.next);
    this.next = null;
    if (this.shown && address !== this.shown.address) this.stop(this.shown);
    if (address === null) this.shown = null;
    else if (address !== this.shown?.address) this.begin(address);
    this.want(this.wanted);
    this.changed();
  }

  /** Fetch the tiles anew, since what they show was changed; the old ones stay until the new are here. */
  renew(): void {
    const address = (this.next ?? this.shown)?.address;
    if (address === undefined) return;
    if (this.next) this.stop(this.next);
    this.next = emptyShelf(address);
    this.want(this.wanted);
  }

  /** Want these tiles, the first most of all; running requests for others are given up. */
  want(wanted: Wanted): void {
    this.wanted = wanted;
    const shelf = this.next ?? this.shown;
    if (!shelf) return;
    const keys = new Set(this.all().map(tileKey));
    this.stop(shelf, keys);
    this.ask(shelf, wanted.seen);
    this.settle();
  }

  /** What is here to fill the wanted tiles. */
  pieces(): Piece<T>[] {
    const shelf = this.shown;
    return shelf ? this.all().flatMap((id) => this.fill(shelf, id)) : [];
  }

  /** Whether every tile in view of the address asked for is here. */
  complete(): boolean {
    const shelf = this.next ?? this.shown;
    return shelf !== null && this.wanted.seen.every((id) => shelf.tiles.has(tileKey(id)));
  }

  /** The finest tile on screen that holds a place of the unit square. */
  find(x: number, y: number): { id: TileId; content: T } | null {
    const piece = this.pieces().find(({ area }) => {
      const side = 2 ** area.z;
      return Math.floor(x * side) === area.x && Math.floor(y * side) === area.y;
    });
    return piece ?? null;
  }

  private begin(address: string): void {
    const shelf = emptyShelf<T>(address);
    if (this.shown) this.next = shelf;
    else this.shown = shelf;
  }

  private all(): TileId[] {
    return [...this.wanted.seen, ...this.wanted.around];
  }

  private ask(shelf: Shelf<T>, tiles: TileId[]): void {
    for (const id of tiles) {
      const key = tileKey(id);
      if (!shelf.tiles.has(key) && !shelf.running.has(key) && !shelf.failed.has(key)) void this.fetch(shelf, id);
    }
  }

  /** Give up requests, but for those of some tiles. */
  private stop(shelf: Shelf<T>, but = new Set<string>()): void {
    for (const [key, running] of [...shelf.running]) {
      if (but.has(key)) continue;
      // Taken out at once: the tile may be wanted again before the request has noticed.
      shelf.running.delete(key);
      running.abort();
    }
  }

  private fill(shelf: Shelf<T>, id: TileId): Piece<T>[] {
    const own = this.take(shelf, id);
    if (own) return [{ id, content: own, area: id }];
    for (let levels = 1; levels <= Math.min(LEVELS_UP, id.z); levels += 1) {
      const above = ancestor(id, levels);
      const content = this.take(shelf, above);
      if (content) return [{ id: above, content, area: id }];
    }
    return children(id).flatMap((child) => {
      const content = this.take(shelf, child);
      return content ? [{ id: child, content, area: child }] : [];
    });
  }

  /** A tile from the shelf, which then counts as freshly used. */
  private take(shelf: Shelf<T>, id: TileId): T | undefined {
    const key = tileKey(id);
    const content = shelf.tiles.get(key);
    if (content === undefined) return undefined;
    shelf.tiles.delete(key);
    shelf.tiles.set(key, content);
    return content;
  }

  private async fetch(shelf: Shelf<T>, id: TileId): Promise<void> {
    const key = tileKey(id);
    const controller = new AbortController();
    shelf.running.set(key, controller);
    const ticket = this.desk.begin(() => controller.abort());
    try {
      const url = shelf.address.replace("{z}/{x}/{y}", key);
      const content = this.decode(await fetchTile(url, controller.signal), id);
      if (!controller.signal.aborted) this.keep(shelf, key, content);
    } catch (failure) {
      if (controller.signal.aborted) return;
      if (!(failure instanceof ApiError)) throw failure;
      shelf.failed.add(key);
      this.desk.fail(failure, () => this.retry(shelf));
    } finally {
      if (shelf.running.get(key) === controller) shelf.running.delete(key);
      this.desk.end(ticket);
      this.settle();
    }
  }

  private keep(shelf: Shelf<T>, key: string, content: T): void {
    shelf.tiles.set(key, content);
    const most = Math.max(KEPT, 2 * this.all().length);
    for (const oldest of shelf.tiles.keys()) {
      if (shelf.tiles.size <= most) break;
      shelf.tiles.delete(oldest);
    }
    if (!this.timer) this.timer = window.setTimeout(() => this.tell(), TOGETHER_MS);
  }

  private retry(shelf: Shelf<T>): void {
    shelf.failed.clear();
    this.want(this.wanted);
  }

  /** Bring the next tiles on screen once none in view is missing any more; then look around the view. */
  private settle(): void {
    const shelf = this.next ?? this.shown;
    const { seen, around } = this.wanted;
    if (!shelf || !seen.length || seen.some((id) => shelf.running.has(tileKey(id)))) return;
    if (this.next && this.complete()) {
      this.shown = this.next;
      this.next = null;
      this.tell();
    } else if (this.timer) this.tell();
    if (this.complete()) this.ask(shelf, around);
  }

  private tell(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.changed();
  }
}
