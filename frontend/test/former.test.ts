import assert from "node:assert/strict";
import { test } from "node:test";

import { around, formerOf } from "../src/former";
import { setMessages } from "../src/i18n";
import { rangeOf, rangeRate } from "../src/panels/ranges";
import { hitFacts } from "../src/search";
import type { Descendant, UnitFamily } from "../src/types";

const later = (unit: string, valid_from: string, valid_to: string | null): Descendant =>
  ({ unit, name: unit, valid_from, valid_to, area_share: null, steps: 1 });

const family = (valid_to: string | null, descendants: Descendant[]): UnitFamily =>
  ({ unit: "A@2019-01-01", name: "A", unit_type: "Phường", valid_to, descendants, bbox: null, meta: { as_of: "2026-11-01" } });

test("an ended unit leads to those of its descendants that are in force", () => {
  const former = formerOf(family("2025-07-01", [
    later("B@2020-01-01", "2020-01-01", "2025-07-01"),
    later("C@2025-07-01", "2025-07-01", null),
    later("D@2027-01-01", "2027-01-01", null),
    later("E@2025-07-01", "2025-07-01", "2027-01-01"),
  ]));
  assert.deepEqual(former?.heirs.map(({ unit }) => unit), ["C@2025-07-01", "E@2025-07-01"]);
  assert.equal(former?.name, "Phường A");
  assert.equal(former?.lastDay, "2025-06-30");
});

test("a unit that never ended has no heirs", () => {
  assert.equal(formerOf(family(null, [])), null);
});

test("several boxes are shown in one, and a unit without a box is left out of it", () => {
  assert.deepEqual(around([[1, 2, 3, 4], null, [0, 3, 2, 9]]), [0, 2, 3, 9]);
  assert.equal(around([null, undefined]), null);
});

test("a count is a range only where it is not certain", () => {
  const recast = { units: [{ unit: "a", low: 312, count: 320, high: 329 }, { unit: "b", low: 7, count: 7, high: 7 }], not_placeable: 0 };
  assert.deepEqual(rangeOf(recast, "a"), { unit: "a", low: 312, count: 320, high: 329 });
  assert.equal(rangeOf(recast, "b"), null);
  assert.equal(rangeOf(recast, "c"), null);
  assert.equal(rangeOf(null, "a"), null);
});

test("the rate of a range is a range unless its ends read the same", () => {
  assert.equal(rangeRate({ low: 312, high: 329 }, 81_500), "38,3–40,4");
  assert.equal(rangeRate({ low: 312, high: 312 }, 81_500), "38,3");
  assert.equal(rangeRate({ low: 312, high: 329 }, null), "–");
});

test("a unit of another time is found with its last day", () => {
  setMessages({ "search.until": "đến {date}" }, "vi");
  const hit = {
    unit: "10528@2019-12-01", code: "10528", name: "Trần Phú", unit_type: "Phường", parent_name: "Tỉnh Hải Dương",
    valid_from: "2019-12-01", valid_to: "2025-07-01", successors: [],
  };
  assert.equal(hitFacts(hit), "Phường · 10528 · Tỉnh Hải Dương · đến 30/6/2025");
  assert.equal(hitFacts({ ...hit, valid_to: null, parent_name: "" }), "Phường · 10528");
});
