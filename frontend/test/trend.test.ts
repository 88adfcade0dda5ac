import assert from "node:assert/strict";
import { test } from "node:test";

import { breakAt, rangeText, trendTotal } from "../src/panels/trend";
import { vintageAt } from "../src/panels/vintages";

test("a count that is not certain is written as its range", () => {
  assert.equal(rangeText(312, 329), "312–329");
  assert.equal(rangeText(312, 312), "312");
  const meta = { as_of: "2026-01-01", sentence: "", total: 0, placed: 0, unplaced: 0, outside: 0 };
  const recast = { low: [1, 2], count: [2, 2], high: [3, 2] };
  assert.equal(trendTotal({ unit: "1", start: "2026-01-01", recast, by_code: [0, 0], breaks: [], meta }), "3–5");
});

test("a break stands where its day is among the months, and nowhere outside them", () => {
  assert.equal(breakAt("2025-01-01", 12, "2025-07-01"), 6);
  assert.equal(breakAt("2025-01-01", 12, "2024-07-01"), null);
  assert.equal(breakAt("2025-08-01", 12, "2025-07-01"), null);
});

test("the vintage of a day is the last that has begun", () => {
  const starts = ["2009-04-01", "2025-07-01", "2030-01-01"];
  assert.deepEqual(["2000-01-01", "2025-06-30", "2025-07-01", "2031-01-01"].map((day) => vintageAt(starts, day)), [0, 0, 1, 2]);
});
