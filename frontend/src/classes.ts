/** Class breaks of the choropleth and what a value belongs to. */

export type Standing = "none" | "zero" | "class";

export interface UnitValue {
  count: number | null;
  /** The value that is drawn: count, or count per 10,000 people. */
  value: number | null;
  /** Too few incidents for the rate to be steady. */
  few: boolean;
  /** What the count lies between, where it is not certain. */
  range?: { low: number; high: number };
}

/** Below this many incidents a rate is marked as unsteady. */
export const FEW = 5;

const twoFigures = (value: number): number => Number(value.toPrecision(2));

function roundedDown(value: number): number {
  const rounded = twoFigures(value);
  return rounded <= value ? rounded : twoFigures(value - 10 ** (Math.floor(Math.log10(value)) - 1));
}

function quantile(sorted: number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

/**
 * Lower limits of at most `count` classes that hold about equally many of the positive values,
 * at numbers of two figures that rise. The same rule as in print, so that both legends agree.
 */
export function quantileBreaks(values: number[], count: number): number[] {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const whole = sorted.every(Number.isInteger);
  const limits = Array.from({ length: count }, (_, i) => {
    const edge = quantile(sorted, i / count);
    if (i === 0) return whole ? edge : roundedDown(edge);
    return whole ? Math.round(twoFigures(edge)) : twoFigures(edge);
  });
  // A limit rounded up above every value would begin a class that nothing belongs to.
  const highest = sorted[sorted.length - 1];
  return [...new Set(limits.filter((limit) => limit > 0 && limit <= highest))].sort((a, b) => a - b);
}

/** Position of the class of a positive value. */
export function classOf(value: number, breaks: number[]): number {
  let at = 0;
  while (at + 1 < breaks.length && value >= breaks[at + 1]) at += 1;
  return at;
}

/**
 * Colours of the classes above zero, spread over the ramp, whose first colour stands for zero.
 * Halves are rounded to even numbers, as in print.
 */
export function rampFor(ramp: string[], classes: number): string[] {
  const darkest = ramp.length - 1;
  if (classes === 1) return [ramp[Math.ceil(darkest / 2)]];
  return Array.from({ length: classes }, (_, i) => {
    const place = ((i + 1) * darkest) / classes;
    const half = place % 1 === 0.5 && Math.floor(place) % 2 === 0;
    return ramp[half ? Math.floor(place) : Math.round(place)];
  });
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
