import assert from "node:assert/strict";
import { test } from "node:test";

import en from "../../mapserver/translations/en.json";
import vi from "../../mapserver/translations/vi.json";
import { plainCounts, rangeText, recastCounts } from "../src/counts";
import { setMessages } from "../src/i18n";
import { countedParts } from "../src/panels/halves";
import { dayOfVintage, otherVintage, spanText, unitsText, vintageAt } from "../src/panels/vintages";
import { incidentTilesAddress } from "../src/requests";
import { EMPTY_STATE, formatState, ofSecond, parseState } from "../src/state";
import type { Meta, PageConfig, UnitRecast, Vintage } from "../src/types";
import { unitsOf } from "../src/units";

const vintage = (from: string, to: string | null, more: Partial<Vintage> = {}): Vintage =>
  ({ from, to, units: 4, drawn: 4, current: false, ...more });
const old = vintage("2009-04-01", "2025-07-01");
const now = vintage("2025-07-01", "2030-01-01", { units: 114, drawn: 114, current: true });
const later = vintage("2030-01-01", null, { units: 1000, drawn: 113 });
const all = [old, now, later];
const meta: Meta = { as_of: "2026-01-01", sentence: "", total: 20, placed: 12, unplaced: 8, outside: 2 };

test("the vintage of a day is the last that has begun", () => {
  const days = ["2000-01-01", "2025-06-30", "2025-07-01", "2031-01-01"];
  assert.deepEqual(days.map((day) => vintageAt(all, day)), [0, 0, 1, 2]);
});

test("a vintage is compared with the one before it, the first one with the next", () => {
  assert.equal(otherVintage(all, "2026-01-01"), old);
  assert.equal(otherVintage(all, "2030-06-01"), now);
  assert.equal(otherVintage(all, "2010-01-01"), now);
});

test("both days of a vintage are inclusive, and units known by name only are told apart", () => {
  setMessages(vi, "vi");
  assert.equal(spanText(old), "1/4/2009 – 30/6/2025");
  assert.equal(spanText(later), "từ 1/1/2030");
  assert.equal(unitsText(now), "114 đơn vị");
  assert.equal(unitsText(later), "113 đơn vị có ranh giới, 887 đơn vị chỉ biết tên");
  setMessages(en, "en");
  assert.equal(unitsText(now), "114 units");
});

test("today's boundaries need no day in the address", () => {
  assert.deepEqual(all.map(dayOfVintage), ["2009-04-01", null, "2030-01-01"]);
});

test("the second day stands in the address, and gives way to a filter by unit", () => {
  const state = { ...EMPTY_STATE, asOf: "2009-04-01", asOf2: "2025-07-01" };
  assert.equal(formatState(state), "?as_of=2009-04-01&as_of2=2025-07-01");
  assert.deepEqual(parseState(formatState(state)), state);
  assert.equal(parseState("?as_of2=2025-07-01&unit=10532").asOf2, null);
  assert.equal(parseState("?as_of2=hôm+qua").asOf2, null);
});

test("the second map has the filters of the first and its own day", () => {
  const state = { ...EMPTY_STATE, asOf2: "2009-04-01", from: "2024-01-01", categories: ["ma_tuy"], sel: "10532@2025-07-01" };
  assert.equal(formatState(ofSecond(state)), "?as_of=2009-04-01&from=2024-01-01&category=ma_tuy");
});

test("incidents lie where they lie: their tiles name a day only with a unit of that day", () => {
  const config = { urls: { incident_tiles: "/tiles/incidents/{z}/{x}/{y}.mvt" } } as unknown as PageConfig;
  const tiles = (more: object): string => incidentTilesAddress(config, { ...EMPTY_STATE, from: "2024-01-01", ...more });
  assert.equal(tiles({ asOf: "2009-04-01" }), tiles({ asOf: null }));
  assert.match(tiles({ asOf: "2009-04-01", unit: "10532" }), /as_of=2009-04-01.*unit=10532/);
});

const recast: UnitRecast = {
  units: [{ unit: "B@2025-07-01", low: 5, count: 7, high: 9 }],
  outside: 2, no_place: 3, not_placeable: 1, spread: 4, total: 20, meta,
};

test("counts are found by name or by place in the list, and a unit without any has none", () => {
  const bare = { name: "", unit_type: "", area_km2: null, population: null, label: null, bbox: null };
  const [a, b] = unitsOf(["A", "B"].map((code) => ({ ...bare, code, id: `${code}@2025-07-01` })));
  assert.equal(recastCounts(recast).of(b).high, 9);
  assert.deepEqual(recastCounts(recast).of(a), { low: 0, count: 0, high: 0 });
  assert.deepEqual(plainCounts({ counts: [3, 6], meta }).of(b), { low: 6, count: 6, high: 6 });
});

test("a count that is not certain is written as its range", () => {
  assert.equal(rangeText(312, 329), "312–329");
  assert.equal(rangeText(312, 312), "312");
});

test("a head accounts for every incident once", () => {
  const parts = Object.fromEntries(countedParts(recast).map(({ key, n }) => [key, n]));
  assert.equal(parts.inside + parts.outside + parts.no_place + parts.not_placeable, recast.total);
  // Those given out by shares are among those inside.
  assert.equal(parts.spread, 4);
  for (const key of Object.keys(parts)) assert.ok(`split.${key}` in vi, key);
});
