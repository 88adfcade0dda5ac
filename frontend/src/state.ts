/** The whole state of the page and its form in the address. Periods are half-open here. */

import { dayOf } from "./format";

export type Metric = "rate" | "count";

export interface ViewState {
  asOf: string | null;
  /** The day of the second map, beside the first; null where there is one map. */
  asOf2: string | null;
  from: string | null;
  to: string | null;
  categories: string[];
  unit: string | null;
  sel: string | null;
  /** Keys of the visible layers; null means the page's own choice. */
  layers: string[] | null;
  metric: Metric;
  /** The method of the hotspots on the map; null where none are asked for. */
  hot: string | null;
  /** Its settings that are not the usual ones, such as `cell_m:250`. */
  hotWith: string[];
  /** Number of the hotspot looked at. */
  hotAt: number | null;
  view: { lat: number; lon: number; zoom: number } | null;
  lang: string | null;
}

export const EMPTY_STATE: ViewState = {
  asOf: null,
  asOf2: null,
  from: null,
  to: null,
  categories: [],
  unit: null,
  sel: null,
  layers: null,
  metric: "rate",
  hot: null,
  hotWith: [],
  hotAt: null,
  view: null,
  lang: null,
};

const SLUG = /^[a-z0-9_:]+$/;
const METHOD = /^[a-z_]+$/;
const SETTING = /^[a-z_]+:[a-z0-9._]+$/;
const NUMBER = /^\d{1,7}$/;
const UNIT = /^[A-Za-z0-9_.-]+(@\d{4}-\d{2}-\d{2})?$/;

const date = (text: string | null): string | null => (dayOf(text) === null ? null : text);
const list = (texts: string[], form = SLUG): string[] =>
  texts.flatMap((text) => text.split(",")).filter((text) => form.test(text));
const like = (text: string | null, form: RegExp): string | null => (text && form.test(text) ? text : null);

function readView(text: string | null): ViewState["view"] {
  const [lat, lon, zoom] = (text ?? "").split(",").map(Number);
  const good =
    Number.isFinite(lat) && Number.isFinite(lon) && Number.isFinite(zoom) &&
    Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22;
  return text && good ? { lat, lon, zoom } : null;
}

/** Read the state from the query part of an address; what cannot be read is left out. */
export function parseState(query: string): ViewState {
  const params = new URLSearchParams(query);
  const from = date(params.get("from"));
  const to = date(params.get("to"));
  const backwards = from !== null && to !== null && from >= to;
  return settled({
    asOf: date(params.get("as_of")),
    asOf2: date(params.get("as_of2")),
    from: backwards ? null : from,
    to: backwards ? null : to,
    categories: list(params.getAll("category")),
    unit: like(params.get("unit"), UNIT),
    sel: like(params.get("sel"), UNIT),
    layers: params.has("layers") ? list(params.getAll("layers")) : null,
    metric: params.get("mode") === "count" ? "count" : "rate",
    hot: like(params.get("hot"), METHOD),
    hotWith: list(params.getAll("hot_with"), SETTING),
    hotAt: NUMBER.test(params.get("hot_at") ?? "") ? Number(params.get("hot_at")) : null,
    view: readView(params.get("c")),
    lang: params.get("lang"),
  });
}

/**
 * A unit is one of one vintage, so a filter by unit leaves nothing to compare with; and hotspots are of one
 * vintage as well.
 */
function settled(state: ViewState): ViewState {
  const asOf2 = state.unit ? null : state.asOf2;
  return state.hot && !asOf2 ? { ...state, asOf2 } : { ...state, asOf2, hot: null, hotWith: [], hotAt: null };
}

/** The state as the second map has it: its own day, and no unit of the first one's day. */
export function ofSecond(state: ViewState): ViewState {
  return { ...state, asOf: state.asOf2, asOf2: null, unit: null, sel: null };
}

/** Join names and values into a query, leaving commas, colons and @ readable. */
export function query(pairs: [string, string | null | undefined][]): string {
  return pairs
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) =>
      `${name}=${encodeURIComponent(value as string).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%40/g, "@")}`,
    )
    .join("&");
}

/** Write the state as the query part of an address, with its question mark. */
export function formatState(state: ViewState): string {
  const view = state.view;
  const text = query([
    ["as_of", state.asOf],
    ["as_of2", state.asOf2],
    ["from", state.from],
    ["to", state.to],
    ["category", state.categories.join(",") || null],
    ["unit", state.unit],
    ["sel", state.sel],
    ["layers", state.layers && state.layers.join(",")],
    ["mode", state.metric === "count" ? "count" : null],
    ["hot", state.hot],
    ["hot_with", state.hotWith.join(",") || null],
    ["hot_at", state.hotAt === null ? null : String(state.hotAt)],
    ["c", view && `${view.lat.toFixed(5)},${view.lon.toFixed(5)},${Number(view.zoom.toFixed(2))}`],
    ["lang", state.lang],
  ]);
  return text ? `?${text}` : "?";
}

/** Whether two states differ in the view at most. */
export function sameButView(a: ViewState, b: ViewState): boolean {
  const plain = (state: ViewState): string => formatState({ ...state, view: null });
  return plain(a) === plain(b);
}

export type Listener = (state: ViewState, before: ViewState) => void;

/** Holds the state, writes it to the address and tells the listeners. */
export class StateHolder {
  private state: ViewState;
  private readonly listeners: Listener[] = [];

  /** `bound` is laid upon every state that is pushed; what it changes stands in the address as well. */
  constructor(
    private readonly fallback: (state: ViewState) => ViewState,
    private readonly bound: (state: ViewState) => ViewState = (state) => state,
  ) {
    this.state = fallback(parseState(location.search));
    window.addEventListener("popstate", () => {
      const before = this.state;
      this.state = this.fallback(parseState(location.search));
      this.tell(before);
    });
  }

  get(): ViewState {
    return this.state;
  }

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Change the state as an act of the reader: Back returns to the state before. */
  push(patch: Partial<ViewState>): void {
    this.change(patch, "pushState");
  }

  /** Change the state without a new entry in the history. */
  replace(patch: Partial<ViewState>): void {
    this.change(patch, "replaceState");
  }

  private change(patch: Partial<ViewState>, how: "pushState" | "replaceState"): void {
    const before = this.state;
    this.state = this.bound(settled({ ...before, ...patch }));
    const address = formatState(this.state);
    if (address !== formatState(before)) history[how](null, "", address);
    this.tell(before);
  }

  private tell(before: ViewState): void {
    for (const listener of this.listeners) listener(this.state, before);
  }
}
