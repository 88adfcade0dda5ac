import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY_STATE, formatState, parseState, sameButView, type ViewState } from "../src/state";

const full: ViewState = {
  asOf: "2026-11-21",
  asOf2: null,
  from: "2026-05-01",
  to: "2026-08-01",
  categories: ["trom_cap", "ma_tuy"],
  unit: "10532@2025-07-01",
  sel: "10537@2025-07-01",
  layers: ["counts", "safezones:camera_an_ninh"],
  metric: "count",
  hot: "gistar",
  hotWith: ["cell_m:250", "shape:hexagon"],
  hotAt: 812,
  view: { lat: 20.93, lon: 106.31, zoom: 12.5 },
  lang: "en",
};

test("the whole state survives the address", () => {
  assert.deepEqual(parseState(formatState(full)), full);
});

test("an empty state has a bare address and comes back empty", () => {
  assert.equal(formatState(EMPTY_STATE), "?");
  assert.deepEqual(parseState(""), EMPTY_STATE);
});

test("the address stays readable", () => {
  assert.match(formatState(full), /unit=10532@2025-07-01/);
  assert.match(formatState(full), /category=trom_cap,ma_tuy/);
  assert.match(formatState(full), /c=20\.93000,106\.31000,12\.5/);
});

test("all layers off is not the same as the page's own choice", () => {
  const off = { ...EMPTY_STATE, layers: [] };
  assert.deepEqual(parseState(formatState(off)).layers, []);
  assert.equal(parseState("?from=2026-01-01").layers, null);
});

test("what cannot be read is left out", () => {
  const state = parseState("?from=2026-02-31&as_of=x&c=999,0,3&unit=%3Cscript%3E&category=%22,ma_tuy&mode=?");
  assert.deepEqual(state, { ...EMPTY_STATE, categories: ["ma_tuy"] });
});

test("a period that runs backwards is no period", () => {
  const state = parseState("?from=2026-08-01&to=2026-05-01");
  assert.equal(state.from, null);
  assert.equal(state.to, null);
});

test("repeated and comma-separated categories mean the same", () => {
  assert.deepEqual(parseState("?category=a&category=b").categories, parseState("?category=a,b").categories);
});

test("moving the map alone leaves everything else as it was", () => {
  assert.ok(sameButView(full, { ...full, view: { lat: 1, lon: 2, zoom: 3 } }));
  assert.ok(!sameButView(full, { ...full, sel: null }));
});
