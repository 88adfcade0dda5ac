/** The methods, and the few things that can be set about each. */

export const METHODS = [
  "density", "gistar", "moran", "emerging", "dbscan", "stdbscan", "near_repeat", "repeats",
] as const;
export type Method = (typeof METHODS)[number];

/** How the values of a setting are said. */
export type Kind = "words" | "metres" | "days" | "number";

/** One setting: the values offered, of which the first is the usual one. */
export interface Setting {
  name: string;
  kind: Kind;
  values: readonly string[];
}

const setting = (name: string, kind: Kind, ...values: string[]): Setting => ({ name, kind, values });

const AREA = setting("area", "words", "units", "bbox");
const SHAPE = setting("shape", "words", "square", "hexagon", "units");
const CELL = setting("cell_m", "metres", "500", "250", "1000", "2000");
const PERMUTATIONS = setting("permutations", "number", "999", "4999", "9999");
const REACH = setting("eps_m", "metres", "300", "100", "200", "500", "1000");
const LEAST = setting("min_points", "number", "10", "5", "20", "50");

/** What can be set for each method. */
export const SETTINGS: Record<Method, readonly Setting[]> = {
  density: [setting("bandwidth_m", "metres", "", "300", "500", "1000", "2000")],
  gistar: [SHAPE, CELL, PERMUTATIONS, AREA],
  moran: [SHAPE, CELL, PERMUTATIONS, AREA],
  emerging: [SHAPE, CELL, setting("step_days", "days", "30", "7", "14", "60"), AREA],
  dbscan: [REACH, LEAST],
  stdbscan: [REACH, setting("eps_days", "days", "14", "7", "28"), LEAST],
  near_repeat: [PERMUTATIONS],
  repeats: [setting("rounding_m", "metres", "50", "25", "100", "200")],
};

/** Whether the page knows a method by this name. */
export function isMethod(name: string | null): name is Method {
  return METHODS.includes(name as Method);
}

/** The value of a setting in a state's list; the usual one where the list does not name it. */
export function valueOf({ name, values }: Setting, chosen: string[]): string {
  const found = chosen.find((text) => text.startsWith(`${name}:`));
  return found === undefined ? values[0] : found.slice(name.length + 1);
}

/** The list after one setting was changed; what is usual is not named. */
export function withValue({ name, values }: Setting, value: string, chosen: string[]): string[] {
  const others = chosen.filter((text) => !text.startsWith(`${name}:`));
  return value === values[0] ? others : [...others, `${name}:${value}`];
}

/** The settings that matter beside the others: units have a size of their own. */
export function settingsNow(method: Method, chosen: string[]): readonly Setting[] {
  const all = SETTINGS[method];
  return valueOf(SHAPE, chosen) === "units" ? all.filter((each) => each !== CELL) : all;
}
