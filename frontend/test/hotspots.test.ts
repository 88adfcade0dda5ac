import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import en from "../../mapserver/translations/en.json";
import vi from "../../mapserver/translations/vi.json";
import { columnsOf, figureText, formatDays, formatQ, placeText, ranked } from "../src/hotspots/listing";
import { isFound, lookOf, LOOKS, marksOf } from "../src/hotspots/looks";
import { isMethod, METHODS, SETTINGS, settingsNow, valueOf, withValue } from "../src/hotspots/methods";
import { holds, middleOf, outlinesOf } from "../src/hotspots/outlines";
import { provenanceLines } from "../src/hotspots/provenance";
import { shareText } from "../src/hotspots/scores";
import type { Finding, FindingFeature, Hotspots } from "../src/hotspots/types";
import { setMessages } from "../src/i18n";
import { visibleLayers } from "../src/page_state";
import { densityAddress, hotspotAddress, snapshotAddress } from "../src/requests";
import { EMPTY_STATE, formatState, parseState, type ViewState } from "../src/state";
import type { PageConfig } from "../src/types";

setMessages(vi, "vi");
const root = process.env.ANTT_FRONTEND as string;
const config = {
  urls: {
    density: "/density", hotspot_run: "/run", hotspot_backtest: "/backtest", hotspot_jobs: "/jobs", snapshot_pdf: "/snapshot.pdf",
  },
  layers: [
    { key: "density", kind: "raster", visible: true }, { key: "counts", kind: "choropleth", visible: true },
    { key: "cameras", kind: "symbols", visible: true }, { key: "units", kind: "areas", visible: true },
  ],
} as unknown as PageConfig;
const hot = (patch: Partial<ViewState>): ViewState => ({ ...EMPTY_STATE, hot: "gistar", ...patch });

function square(west: number, south: number, finding: Partial<Finding>): FindingFeature {
  const [east, north] = [west + 0.01, south + 0.01];
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { class: "none", ...finding } };
}

test("what the part takes from the page's script is lent by it, and shipped once", () => {
  const lent = readFileSync(join(root, "src/shared.ts"), "utf8");
  const folder = join(root, "src/hotspots");
  const code = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const taken = [...code.matchAll(/^import \{[^}]*\} from "\.\.\/([\w/]+)";/gm)].map(([, path]) => path);
  assert.ok(taken.length > 10);
  for (const path of taken) assert.match(lent, new RegExp(`from "\\./${path}"`), path);
});

test("every method, setting and look has its words in both languages", () => {
  const keys = METHODS.flatMap((method) => [`hot.method_${method}`, `hot.known_as_${method}`, `hot.about_${method}`]);
  for (const method of METHODS) keys.push(...SETTINGS[method].map(({ name }) => `hot.set_${name}`));
  keys.push(...Object.keys(LOOKS).map((look) => `hot.look_${look}`));
  for (const method of METHODS) keys.push(...columnsOf(method).map((column) => `hot.column_${column}`));
  for (const key of keys) assert.ok(key in vi && key in en, key);
});

test("every look has a colour and a sign in the legend", () => {
  const css = readFileSync(join(root, "src/style/hotspots.css"), "utf8");
  for (const look of Object.keys(LOOKS)) assert.equal(css.split(`--look-${look}:`).length, 3, look);
  for (const look of Object.keys(LOOKS)) assert.match(css, new RegExp(`^\\.look-${look} \\{`, "m"), look);
});

test("a link holds the method, what was set and the place looked at", () => {
  const state = hot({ hotWith: ["cell_m:250", "shape:hexagon"], hotAt: 812 });
  assert.equal(formatState(state), "?hot=gistar&hot_with=cell_m:250,shape:hexagon&hot_at=812");
  assert.deepEqual(parseState(formatState(state)), state);
  assert.equal(parseState("?hot=%3Cscript%3E&hot_with=x&hot_at=-3").hot, null);
});

test("two maps side by side have no hotspots", () => {
  assert.equal(parseState("?hot=gistar&as_of2=2019-12-01").hot, null);
});

test("hotspots stand on a calm ground until the reader asks for more", () => {
  assert.deepEqual(visibleLayers(config, hot({})), ["units"]);
  assert.deepEqual(visibleLayers(config, hot({ hot: "density" })), ["density", "units"]);
  assert.deepEqual(visibleLayers(config, hot({ layers: ["cameras"] })), ["cameras"]);
  assert.equal(visibleLayers(config, EMPTY_STATE).length, 4);
});

test("a setting that is as usual is not named", () => {
  const [, cell] = SETTINGS.gistar;
  assert.equal(valueOf(cell, []), "500");
  assert.deepEqual(withValue(cell, "250", ["shape:hexagon"]), ["shape:hexagon", "cell_m:250"]);
  assert.deepEqual(withValue(cell, "500", ["cell_m:250"]), []);
  assert.ok(!settingsNow("gistar", ["shape:units"]).includes(cell));
  assert.ok(isMethod("gistar") && !isMethod("toString") && !isMethod(null));
});

test("the server is asked under the page's filters, and tests without permutations", () => {
  const state = hot({ from: "2026-05-01", hotWith: ["cell_m:250", "permutations:9999"] });
  assert.equal(hotspotAddress(config, state, "run"), "/run?from=2026-05-01&lang=vi&method=gistar&cell_m=250&permutations=9999");
  assert.equal(hotspotAddress(config, state, "backtest"), "/backtest?from=2026-05-01&lang=vi&method=gistar&cell_m=250");
  assert.match(hotspotAddress(config, state, "backtest", { asJob: true }), /^\/jobs\?.*task=backtest&method=gistar/);
});

test("whoever sees only the own ground as it is asks for hotspots there, also in print", () => {
  const officer = { ...config, withheld: { k: 5, first: null, last: null, own: ["10532"] } };
  const shown = { layers: ["units"], box: null };
  assert.match(hotspotAddress(officer, hot({}), "run"), /method=gistar&area=own/);
  assert.match(snapshotAddress(officer, "pdf", hot({}), shown), /hotspots=gistar&area=own/);
  assert.doesNotMatch(hotspotAddress(officer, hot({ unit: "10532@2025-07-01" }), "run"), /area=/);
  assert.doesNotMatch(snapshotAddress(officer, "pdf", EMPTY_STATE, shown), /area=/);
});

test("the density on the map has the bandwidth that was set, and no other method's settings", () => {
  assert.equal(densityAddress(config, hot({ hot: "density", hotWith: ["bandwidth_m:500"] })), "/density?lang=vi&bandwidth_m=500");
  assert.equal(densityAddress(config, hot({ hotWith: ["cell_m:250"] })), "/density?lang=vi");
});

test("what is printed has the hotspots that are on the page", () => {
  const shown = { layers: ["units"], box: null };
  const asked = (state: ViewState): URLSearchParams => new URLSearchParams(snapshotAddress(config, "pdf", state, shown).split("?")[1]);
  assert.equal(asked(hot({ hotWith: ["cell_m:250"] })).get("hotspots"), "gistar");
  assert.equal(asked(hot({ hotWith: ["cell_m:250"] })).get("cell_m"), "250");
  assert.equal(asked(hot({ hot: "density", hotWith: ["bandwidth_m:500"] })).get("hotspots"), null);
  assert.equal(asked(EMPTY_STATE).get("hotspots"), null);
});

test("an empty cell that differs from nothing is not drawn; what is not proved is never filled", () => {
  assert.equal(lookOf({ class: "none", count: 0 }), null);
  assert.equal(lookOf({ class: "none", count: 3 }), "none");
  assert.equal(lookOf({ class: "cold", count: 0 }), "cold");
  assert.equal(lookOf({ class: "hot", pattern: "new", count: 3 }), "new");
  assert.equal(lookOf({ class: "none", pattern: "historical", count: 3 }), "historical");
  assert.equal(lookOf({ class: "none", pattern: "none", count: 3 }), "none");
  assert.equal(lookOf({ class: "band" }), null);
  assert.equal(LOOKS.none.fill, 0);
  assert.ok(!isFound({ class: "none", count: 3 }) && isFound({ class: "hot", count: 3 }));
});

test("the legend says what is drawn, and that nothing is proved where nothing is", () => {
  const result = { method: "gistar", title: "Gi*", reason: null, features: [square(106, 20, { count: 2 })] } as unknown as Hotspots;
  assert.deepEqual(marksOf(result)?.items.map(({ look }) => look), ["none"]);
  assert.match(marksOf(result)?.note ?? "", /Không ô nào/);
  const proved = { ...result, features: [...result.features, square(106, 21, { class: "hot", count: 9 })] };
  assert.deepEqual(marksOf(proved)?.items.map(({ look }) => look), ["hot", "none"]);
  assert.equal(marksOf({ ...proved, reason: "quá ít" }), null);
});

test("the table puts the surest hotspot first and leaves out what is not proved", () => {
  const outlines = outlinesOf([
    square(106, 20, { cell: 1, class: "none", count: 90, q: 0.4 }),
    square(106, 21, { cell: 2, class: "cold", count: 0, q: 0.001 }),
    square(106, 22, { cell: 3, class: "hot", count: 9, q: 0.03 }),
    square(106, 23, { cell: 4, class: "hot", count: 7, q: 0.002 }),
  ]);
  assert.deepEqual(ranked(outlines).map(({ finding }) => finding.cell), [4, 3, 2]);
});

test("a place is found in its cell, and not in a hole", () => {
  const feature = square(106, 20, { count: 1 });
  (feature.geometry as GeoJSON.Polygon).coordinates.push([[106.004, 20.004], [106.006, 20.004], [106.006, 20.006], [106.004, 20.006], [106.004, 20.004]]);
  const [outline] = outlinesOf([feature]);
  const [x, y] = middleOf(outline);
  assert.ok(!holds(outline, x, y, 0));
  assert.ok(holds(outline, x + 0.003 / 360, y, 0));
  assert.ok(!holds(outline, x + 0.02 / 360, y, 0));
});

test("figures are written as people here write them", () => {
  assert.equal(formatQ(0.0004), "< 0,001");
  assert.equal(formatQ(0.03), "0,030");
  assert.equal(formatQ(null), "–");
  assert.equal(figureText({ class: "hot", z: 6 }, "z"), "6,0");
  assert.equal(formatDays({ class: "cluster", first_day: "2026-05-01", last_day: "2026-07-31" }), "1/5 – 31/7/2026");
  assert.equal(shareText({ estimate: 0.31, low: 0.25, high: 0.36 }), "31 % (25–36)");
  assert.equal(shareText({ estimate: 0.05, low: 0.05, high: 0.05 }), "5 %");
  assert.equal(shareText({ estimate: null, low: null, high: null }), "–");
});

test("a place is called by its unit and its number", () => {
  const [outline] = outlinesOf([square(106, 20, { cell: 812, class: "hot", count: 4 })]);
  assert.equal(placeText("gistar", outline, "Lê Thanh Nghị"), "Lê Thanh Nghị · ô 812");
  assert.equal(placeText("gistar", outline, null), "Ô 812");
  assert.equal(placeText("gistar", { ...outline, finding: { class: "hot", name: "Phường Lê Chân" } }, null), "Phường Lê Chân");
});

test("the provenance names what a second reader needs, and leaves out what is not known", () => {
  const result = {
    inputs_hash: "ab".repeat(32), parameters: { cell_m: 500 }, seed: 1, version: "1.0", crs: "EPSG:9214", area: null,
    meta: { sentence: "Mọi loại", as_of: "2026-11-22", from: "2026-05-01", to: "2026-08-01", placed: 9, unplaced: 1, outside: 0, versions: { units: 2, plans: 0 } },
  } as unknown as Hotspots;
  const lines = new Map(provenanceLines(result));
  assert.equal(lines.get("period"), "1/5/2026 – 31/7/2026");
  assert.equal(lines.get("data"), "units 2");
  assert.match(lines.get("hash") ?? "", /^abab.*…$/);
  assert.ok(!lines.has("area"));
});
