/** The list of what was done to a plan, followed entry by entry (as layers/planning/plans.py lays it down). */

import type { Operation } from "./operations";
import type { ChangeJson, Topology } from "./topology";

/** Who did something, when and why. */
export interface Signature {
  author: string;
  at: string;
  reason: string;
}

/** One line of the list of changes of a step. */
export interface Gain {
  from: string;
  to: string;
  area_m2: number;
  counts: Record<string, number>;
}

/** One operation as it was carried out. */
export interface Step extends ChangeJson {
  number: number;
  operation: Operation;
  by: Signature;
  effect: Gain[];
}

/** An undo of the last step in force, or a redo of the step undone last. */
export interface Mark {
  number: number;
  action: "undo" | "redo";
  by: Signature;
}

export type Entry = Step | Mark;

/** A plan as far as it was followed. Never changed: each entry makes another one. */
export interface Followed {
  readonly topology: Topology;
  /** Number of the last entry. */
  readonly last: number;
  /** Steps in force, oldest first. */
  readonly done: readonly Step[];
  /** Steps that can be done again, the next one last. */
  readonly undone: readonly Step[];
}

/** Begin at the base of a plan. */
export function atBase(topology: Topology): Followed {
  return { topology, last: 0, done: [], undone: [] };
}

/** Whether an entry is an undo or a redo. */
export function isMark(entry: Entry): entry is Mark {
  return "action" in entry;
}

/**
 * Follow entries that came after the last one; those known already are passed over. Throws a RangeError when one is
 * missing or undoes nothing: then the plan has to be loaded again.
 */
export function followed(plan: Followed, entries: readonly Entry[]): Followed {
  return entries.filter(({ number }) => number > plan.last).reduce(withEntry, plan);
}

function withEntry(plan: Followed, entry: Entry): Followed {
  const { topology, done, undone } = plan;
  if (entry.number !== plan.last + 1) throw new RangeError(`entry ${plan.last + 1} is missing`);
  const last = entry.number;
  if (!isMark(entry)) return { topology: topology.applied(entry), last, done: [...done, entry], undone: [] };
  const undo = entry.action === "undo";
  const step = undo ? done[done.length - 1] : undone[undone.length - 1];
  if (!step) throw new RangeError(`entry ${last} has nothing to ${entry.action}`);
  return {
    topology: topology.applied(step, undo),
    last,
    done: undo ? done.slice(0, -1) : [...done, step],
    undone: undo ? [...undone, step] : undone.slice(0, -1),
  };
}
