/** One open plan in the browser: its borders, its story, its figures, and what others do to it. */

import { ApiError } from "../api";
import type { PlanClient } from "./client";
import { atBase, followed, type Entry, type Followed } from "./model/entries";
import { figuresOf, type UnitFigures } from "./model/figures";
import type { Points } from "./model/grid";
import { landMoved } from "./model/land";
import type { Operation } from "./model/operations";
import { PointIndex } from "./model/points";
import { Topology } from "./model/topology";
import type { Comment, FiguresAnswer, Plan } from "./types";

const POLL_MS = 2000;

/** What a part of the page is told about. */
export type Change = "borders" | "record" | "figures" | "comments" | "sketch";

/** Everything the page knows of a plan. */
export class Desk {
  record!: Plan;
  base!: Topology;
  /** The borders now, and the steps that can be undone and done again. */
  plan!: Followed;
  entries: Entry[] = [];
  figures: FiguresAnswer | null = null;
  comments: Comment[] = [];
  /** Lines that are drawn along, such as old borders. */
  guides: readonly Points[] = [];
  /** The borders as they would be with what is being drawn; null while nothing that could be done is. */
  sketch: Topology | null = null;
  private population: Readonly<Record<string, number | null>> = {};
  /** Told when news cannot be fetched any more, and with null when they can again. */
  lost: (failure: ApiError | null) => void = () => undefined;
  private readonly listeners: ((change: Change) => void)[] = [];
  private measuredAt = -1;
  /** Things that are counted, placed in the base and in the borders now. */
  private placed: { base: PointIndex; now: PointIndex; of: Topology } | null = null;
  private chain: Promise<unknown> = Promise.resolve();

  constructor(readonly client: PlanClient, private readonly others: (entries: Entry[]) => void) {}

  /** Call back after every change. */
  listen(act: (change: Change) => void): void {
    this.listeners.push(act);
  }

  /** The borders now. */
  get now(): Topology {
    return this.plan.topology;
  }

  /** Number of the last entry that is known here. */
  get last(): number {
    return this.plan.last;
  }

  /** Things that are counted as they lie in the borders now; null until they were fetched. */
  points(): PointIndex | null {
    const { placed, now } = this;
    if (placed && placed.of !== now) this.placed = { ...placed, now: placed.base.handedOver(landMoved(this.base, now)), of: now };
    return this.placed && this.placed.now;
  }

  /** Take over what is being drawn, or that it was dropped. */
  drawn(sketch: Topology | null): void {
    if (sketch === this.sketch) return;
    this.sketch = sketch;
    this.tell("sketch");
  }

  /** The figures of every unit as this browser works them out; null until what is counted was fetched. */
  figuresOn(topology: Topology): Map<string, UnitFigures> | null {
    const { base, placed, population } = this;
    return placed && figuresOf(topology, base, { population, points: placed.base });
  }

  /** Fetch what the page needs to be drawn, and call back; figures and points follow. */
  async open(drawn: () => void): Promise<void> {
    const { client } = this;
    const [record, base, news] = await Promise.all([client.record(), client.borders("base"), client.news(0)]);
    this.record = record;
    this.base = Topology.from(base);
    this.plan = atBase(this.base);
    this.take(news.entries);
    drawn();
    this.tell("record", "borders");
    void this.follow();
    await Promise.all([this.measure(), this.count(), this.talk()]);
  }

  /** Carry out an operation that was begun when an entry was the last one known; the borders change when the server has agreed. */
  commit(operation: Operation, reason: string, seen: number): Promise<void> {
    return this.written(() => this.client.commit(operation, seen, reason));
  }

  /** Undo the last step, or do again what was undone last. */
  step(what: "undo" | "redo"): Promise<void> {
    return this.written(() => this.client.step(what, this.last));
  }

  /** Take over a record that the server gave back. */
  recorded(record: Plan): void {
    this.record = record;
    this.tell("record");
  }

  /** Fetch the comments. */
  async talk(): Promise<void> {
    this.comments = await this.client.comments();
    this.tell("comments");
  }

  /** Fetch what others did, and tell of it. */
  catchUp(): Promise<void> {
    return this.inTurn(async () => {
      const news = await this.client.news(this.last);
      const fresh = news.entries.filter(({ number }) => number > this.last);
      if (fresh.length) {
        this.take(fresh);
        this.tell("borders");
        this.others(fresh);
      }
      void this.measured();
      if (news.state !== this.record.state || news.row_version !== this.record.row_version) {
        this.recorded(await this.client.record());
      }
      if (news.comments_open !== this.comments.filter(({ settled_at }) => !settled_at).length) await this.talk();
    });
  }

  private tell(...changes: Change[]): void {
    for (const change of changes) for (const act of this.listeners) act(change);
  }

  /** One request that changes or reads the story at a time, so that no entry is taken twice. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.chain.then(act);
    this.chain = turn.catch(() => undefined);
    return turn;
  }

  private written(ask: () => Promise<{ entry: Entry; last: number }>): Promise<void> {
    return this.inTurn(async () => {
      const { entry, last } = await ask();
      if (last === this.last + 1) this.take([entry]);
      else {
        const { entries } = await this.client.news(this.last);
        this.take(entries);
        this.others(entries.filter(({ number }) => number !== entry.number));
      }
      this.tell("borders");
      void this.measured();
    });
  }

  /** What could not be fetched is asked for again with the next look for news. */
  private async measured(): Promise<void> {
    try {
      await this.measure();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      this.measuredAt = -1;
    }
  }

  private take(entries: Entry[]): void {
    const plan = followed(this.plan, entries);
    this.entries = [...this.entries, ...entries.filter(({ number }) => number > this.last)];
    this.plan = plan;
  }

  /** Ask for the server's figures; when more was drawn meanwhile, ask again. */
  private async measure(): Promise<void> {
    const last = this.last;
    if (this.measuredAt === last) return;
    this.measuredAt = last;
    const figures = await this.client.figures();
    if (last !== this.last) return;
    this.figures = figures;
    this.tell("figures");
  }

  private async count(): Promise<void> {
    const { kinds, population } = await this.client.points();
    this.population = population;
    const base = PointIndex.from(kinds, this.base);
    this.placed = { base, now: base, of: this.base };
  }

  private async follow(): Promise<void> {
    let isLost = false;
    for (;;) {
      await new Promise((done) => window.setTimeout(done, POLL_MS));
      if (document.hidden) continue;
      try {
        await this.catchUp();
        if (isLost) this.lost(null);
        isLost = false;
      } catch (failure) {
        // The net may come back, and somebody may sign in again elsewhere.
        if (!(failure instanceof ApiError)) throw failure;
        if (!isLost) this.lost(failure);
        isLost = true;
      }
    }
  }
}
