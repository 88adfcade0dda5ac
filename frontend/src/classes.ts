/** Class breaks of the choropleth and what a value belongs to. */

export type Standing = "none" | "zero" | "class";

export interface UnitValue {
  count: number | null;
  /** The value that is drawn: count, or count per 10,000 people. */
  value: number | null;
  /** Too few incidents for the rate to be steady. */
  few: boolean;
}

/** Below this many incidents a rate is marked as unsteady. */
export const FEW = 5;

function nice(value: number): number {
  if (value <= 0) return 0;
  const step = 10 ** Math.max(Math.floor(Math.log10(value)) - 1, -2);
  return Number((Math.round(value / step) * step).toPrecision(6));
}

/**
 * Lower limits of at most `count` classes that hold about equally many of the positive values.
 * The first limit is the smallest value; limits are rounded to two figures and never repeat.
 */
export function quantileBreaks(values: number[], count: number): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const breaks = [sorted[0]];
  for (let i = 1; i < count; i += 1) {
    const limit = nice(sorted[Math.floor((i * sorted.length) / count)]);
    if (limit > breaks[breaks.length - 1] && limit <= sorted[sorted.length - 1]) breaks.push(limit);
  }
  return breaks;
}

/** Position of the class of a positive value. */
export function classOf(value: number, breaks: number[]): number {
  let at = 0;
  while (at + 1 < breaks.length && value >= breaks[at + 1]) at += 1;
  return at;
}

/** As many colours as there are classes, spread over the whole ramp. */
export function rampFor(ramp: string[], classes: number): string[] {
  if (classes <= 1) return ramp.slice(Math.floor(ramp.length / 2), Math.floor(ramp.length / 2) + 1);
  return Array.from({ length: classes }, (_, i) =>
    ramp[Math.round((i * (ramp.length - 1)) / (classes - 1))],
  );
}

/** The value of one unit under a measure. */
export function unitValue(
  count: number | null,
  population: number | null,
  metric: "rate" | "count",
): UnitValue {
  if (count === null) return { count, value: null, few: false };
  if (metric === "count") return { count, value: count, few: false };
  if (!population) return { count, value: null, few: false };
  return { count, value: (count / population) * 10_000, few: count > 0 && count < FEW };
}

/** Whether a unit has no value, none of the incidents, or a class. */
export function standing(value: UnitValue): Standing {
  if (value.value === null) return "none";
  return value.value === 0 ? "zero" : "class";
}
